package dev.berth.engine.device;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.job.JobId;
import dev.berth.machine.FdsetNumbers;
import dev.berth.machine.OwnFdset;
import dev.berth.qapi.misc.FdsetInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a QEMU has of fdsets against what it should have. A set of the host's own is there for a
 * node: without one that is on record for it, or that names it, it is left over. What is not on
 * record is known by the notes that the host gives its descriptors. Pure.
 *
 * @param leftOver the host's own that no node needs
 * @param missing the host's own that a node needs and QEMU has not
 * @param unusedByHand numbers of sets by others that no node names; they may have other plans
 */
public record FdsetAccount(
    List<LeftOver> leftOver, List<OwnFdset> missing, List<Long> unusedByHand) {
  /** A disk's name, and what its file was opened for. */
  private static final Pattern OWN_NOTE = Pattern.compile("\\S+ r[ow]");

  /** What a backup's images were opened for. */
  private static final Pattern BACKUP_NOTE = Pattern.compile("b([0-9a-f]{12})-[0-9]+f");

  public static final FdsetAccount NOTHING = new FdsetAccount(List.of(), List.of(), List.of());

  /**
   * A set that no node needs.
   *
   * @param was the notes of its descriptors, as far as they have any
   */
  public record LeftOver(long number, String was) {

    /** The backup that it was for, if it was for one. */
    public Optional<JobId> backup() {
      Matcher note = BACKUP_NOTE.matcher(was);
      return note.matches() ? Optional.of(new JobId(note.group(1))) : Optional.empty();
    }
  }

  /**
   * Compares.
   *
   * @param own on record
   * @param sets QEMU's reply to {@code query-fdsets}
   * @param nodes its later reply to {@code query-named-block-nodes}
   */
  public static FdsetAccount of(List<OwnFdset> own, List<FdsetInfo> sets, JsonNode nodes) {
    Set<Long> named = new HashSet<>(OwnFdset.namedIn(nodes));
    Set<String> alive = new HashSet<>();
    nodes.forEach(node -> alive.add(node.path("node-name").asText()));
    List<OwnFdset> needed = own.stream().filter(set -> alive.contains(set.node())).toList();
    needed.forEach(set -> named.add(set.number()));

    List<LeftOver> leftOver = new ArrayList<>();
    List<Long> unusedByHand = new ArrayList<>();
    Set<Long> present = new HashSet<>();
    for (FdsetInfo set : sets) {
      present.add(set.fdsetId());
      if (named.contains(set.fdsetId())) {
        continue;
      }
      if (isOwn(set, own)) {
        leftOver.add(new LeftOver(set.fdsetId(), notes(set)));
      } else {
        unusedByHand.add(set.fdsetId());
      }
    }
    return new FdsetAccount(
        leftOver,
        needed.stream().filter(set -> !present.contains(set.number())).toList(),
        unusedByHand);
  }

  private static boolean isOwn(FdsetInfo set, List<OwnFdset> own) {
    return BACKUP_NOTE.matcher(notes(set)).matches() || isOfDisk(set, own);
  }

  private static boolean isOfDisk(FdsetInfo set, List<OwnFdset> own) {
    return FdsetNumbers.isOwn(set.fdsetId())
        && (own.stream().anyMatch(one -> one.number() == set.fdsetId())
            || OWN_NOTE.matcher(notes(set)).lookingAt());
  }

  private static String notes(FdsetInfo set) {
    return set.fds().stream()
        .map(descriptor -> descriptor.opaque())
        .flatMap(Optional::stream)
        .distinct()
        .collect(Collectors.joining(", "));
  }
}
