package dev.berth.engine.migration;

import dev.berth.qapi.yank.Yank;
import dev.berth.qapi.yank.YankInstance;
import dev.berth.qapi.yank.YankInstanceType;
import dev.berth.qmp.QmpConnection;
import java.util.Collection;
import java.util.List;

/**
 * The connections of a QEMU whose other end may take and answer nothing. What waits for that in
 * QEMU's main loop keeps all else waiting, and no command is heard, save out of band. So they are
 * cut that way. A QEMU older than 6.0 cannot be helped.
 */
public record StuckStreams(QmpConnection qmp) {

  /** Cuts that over which a machine's state is sent, if there is one. */
  public void cutMigration() {
    cut(new YankInstance.Plain(YankInstanceType.MIGRATION));
  }

  /** Cuts those of nodes whose images are elsewhere, as far as there are such nodes. */
  public void cutNodes(Collection<String> nodes) {
    nodes.forEach(node -> cut(new YankInstance.BlockNode(node)));
  }

  /** Each by itself, for QEMU cuts none of several when it lacks one. */
  private void cut(YankInstance connection) {
    qmp.sendOutOfBand(new Yank(List.of(connection)));
  }
}
