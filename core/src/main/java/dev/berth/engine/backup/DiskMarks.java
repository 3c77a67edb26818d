package dev.berth.engine.backup;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.engine.backup.BackupPlan.Marks;
import dev.berth.engine.backup.CheckpointRemoval.OldMark;
import dev.berth.engine.qemu.BlockNodes;
import dev.berth.json.Json;
import dev.berth.qapi.block.BlockDirtyBitmapRemove;
import dev.berth.qapi.transaction.Transaction;
import dev.berth.qmp.Deadline;
import dev.berth.qmp.QmpConnection;
import java.util.List;

/**
 * The bitmaps of one disk, in which is noted what its guest writes: how a new one begins, and how
 * that is taken back, so that nothing noted is lost. For a thread that may wait for QEMU.
 *
 * @param node the node that the guest reads and writes
 */
public record DiskMarks(QmpConnection qmp, String node) {

  /** An action of a transaction; grows it. */
  public static ObjectNode action(ArrayNode actions, String type) {
    return actions.addObject().put("type", type).putObject("data");
  }

  /** Does that in one go. */
  public static Transaction transaction(ArrayNode actions) {
    ObjectNode arguments = Json.object();
    arguments.set("actions", actions);
    return Transaction.read(arguments);
  }

  /** Removes those that are of no use any more. */
  public void removeUseless(Marks marks) throws InterruptedException {
    for (String bitmap : marks.useless()) {
      qmp.execute(new BlockDirtyBitmapRemove(node, bitmap), Deadline.none());
    }
  }

  /**
   * A bitmap that goes on being noted in comes in the place of the last, which stays as it is.
   *
   * @param actions of the transaction in which that happens
   */
  public void begin(ArrayNode actions, Marks marks) {
    action(actions, "block-dirty-bitmap-add")
        .put("node", node)
        .put("name", marks.next())
        .put("persistent", true);
    marks
        .last()
        .ifPresent(
            last ->
                action(actions, "block-dirty-bitmap-disable").put("node", node).put("name", last));
  }

  /**
   * A bitmap for the time being that has what several have together.
   *
   * @param actions of the transaction in which that happens
   */
  public void merge(ArrayNode actions, String merged, List<String> changed) {
    action(actions, "block-dirty-bitmap-add")
        .put("node", node)
        .put("name", merged)
        .put("disabled", true);
    ObjectNode merge =
        action(actions, "block-dirty-bitmap-merge").put("node", node).put("target", merged);
    changed.forEach(merge.putArray("bitmaps")::add);
  }

  /**
   * What was noted since goes into the bitmap that was the last before, which is noted in again.
   */
  public void takeBack(Marks marks) throws InterruptedException {
    if (!has(marks.next())) {
      return;
    }
    ArrayNode actions = Json.array();
    marks
        .last()
        .ifPresent(
            last -> {
              action(actions, "block-dirty-bitmap-enable").put("node", node).put("name", last);
              action(actions, "block-dirty-bitmap-merge")
                  .put("node", node)
                  .put("target", last)
                  .putArray("bitmaps")
                  .add(marks.next());
            });
    action(actions, "block-dirty-bitmap-remove").put("node", node).put("name", marks.next());
    qmp.execute(transaction(actions), Deadline.none());
  }

  /**
   * One goes, and what is noted in it goes to the one before.
   *
   * @param actions of the transaction in which that happens
   */
  void removeInto(ArrayNode actions, OldMark mark) {
    mark.before()
        .ifPresent(
            before -> {
              if (mark.recording()) {
                action(actions, "block-dirty-bitmap-enable").put("node", node).put("name", before);
              }
              action(actions, "block-dirty-bitmap-merge")
                  .put("node", node)
                  .put("target", before)
                  .putArray("bitmaps")
                  .add(mark.bitmap());
            });
    action(actions, "block-dirty-bitmap-remove").put("node", node).put("name", mark.bitmap());
  }

  /** Removes one, if it is there. */
  public void remove(String bitmap) throws InterruptedException {
    if (has(bitmap)) {
      qmp.execute(new BlockDirtyBitmapRemove(node, bitmap), Deadline.none());
    }
  }

  private boolean has(String bitmap) throws InterruptedException {
    return new BlockNodes(qmp).hasBitmap(node, bitmap);
  }
}
