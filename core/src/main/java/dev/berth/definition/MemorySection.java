package dev.berth.definition;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.MemoryBacking.Allocation;
import dev.berth.definition.MemoryBacking.Kind;
import dev.berth.definition.MemoryBacking.Sharing;
import dev.berth.domain.ByteSize;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The keys of {@code memory-backing}. */
final class MemorySection {
  private static final ByteSize SMALLEST_PAGE = ByteSize.mebibytes(2);

  private static final Key<MemoryBacking, Kind> KIND =
      Key.defaulted(
          "kind",
          ChoiceType.of(Kind.class),
          Kind.ANONYMOUS,
          MemoryBacking::kind,
          "Where the memory comes from: QEMU's own process, a memfd, or a file in a directory.");

  private static final Key<MemoryBacking, ByteSize> HUGEPAGES =
      Key.optional(
          "hugepages",
          new SizeType(SMALLEST_PAGE, ByteSize.mebibytes(1024), SMALLEST_PAGE, SMALLEST_PAGE),
          "ordinary pages",
          MemoryBacking::hugepages,
          "The size of huge pages, which the host must have set aside. Only with `kind: memfd`.");

  private static final Key<MemoryBacking, Path> DIRECTORY =
      Key.optional(
          "directory",
          new PathType(),
          "only `kind: file` has and needs it",
          MemoryBacking::directory,
          "A directory on a file system in memory, such as /dev/hugepages. The file has no name and"
              + " vanishes with the machine.");

  private static final Key<MemoryBacking, Sharing> SHARED =
      Key.defaulted(
          "shared",
          new SwitchType<>(Sharing.SHARED, Sharing.PRIVATE),
          Sharing.PRIVATE,
          MemoryBacking::sharing,
          "Whether other processes can map the memory, as vhost-user devices and virtio-fs need.");

  private static final Key<MemoryBacking, Allocation> PREALLOCATE =
      Key.defaulted(
          "preallocate",
          new SwitchType<>(Allocation.AT_START, Allocation.ON_USE),
          Allocation.ON_USE,
          MemoryBacking::allocation,
          "Whether all memory is taken from the host before the guest starts.");

  static final Section<MemoryBacking> SECTION =
      new Section<>(
          "a memory backing",
          List.of(KIND, HUGEPAGES, DIRECTORY, SHARED, PREALLOCATE),
          MemorySection::check,
          values ->
              new MemoryBacking(
                  values.of(KIND),
                  values.find(HUGEPAGES),
                  values.find(DIRECTORY),
                  values.of(SHARED),
                  values.of(PREALLOCATE)),
          MemorySection::addChecks);

  private MemorySection() {}

  private static void check(Values<MemoryBacking> values, Place place) {
    Optional<Kind> kind = values.find(KIND);
    if (kind.isEmpty()) {
      return;
    }
    if (values.isGiven(HUGEPAGES) && kind.get() != Kind.MEMFD) {
      place
          .key(HUGEPAGES.name())
          .report(
              values.position(HUGEPAGES),
              "huge pages come from 'kind: memfd': add it, or mount a hugetlbfs and use 'kind:"
                  + " file'");
    }
    if (values.isGiven(DIRECTORY) && kind.get() != Kind.FILE) {
      place
          .key(DIRECTORY.name())
          .report(
              values.position(DIRECTORY),
              "'directory' is for 'kind: file' only: remove it, or add that");
    }
    if (!values.isGiven(DIRECTORY) && kind.get() == Kind.FILE) {
      place.report(
          values.position(DIRECTORY),
          "'kind: file' needs a directory: add 'directory: /dev/hugepages', for example");
    }
  }

  private static void addChecks(ObjectNode schema) {
    ArrayNode all = schema.putArray("allOf");
    addCheck(all, "memfd").putObject("else").putObject("properties").put(HUGEPAGES.name(), false);
    ObjectNode file = addCheck(all, "file");
    file.putObject("then").putArray("required").add(DIRECTORY.name());
    file.putObject("else").putObject("properties").put(DIRECTORY.name(), false);
  }

  private static ObjectNode addCheck(ArrayNode all, String kind) {
    ObjectNode rule = all.addObject();
    ObjectNode condition = rule.putObject("if");
    condition.putArray("required").add(KIND.name());
    condition.putObject("properties").putObject(KIND.name()).put("const", kind);
    return rule;
  }
}
