package dev.berth.definition;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The keys of {@code boot}: either a firmware or a kernel. */
final class BootSection {
  /** Linux on x86 keeps 2048 bytes of its command line and silently drops the rest. */
  private static final int COMMAND_LINE_LIMIT = 2047;

  private static final Key<Boot, String> FIRMWARE =
      Key.optional(
          "firmware",
          ChoiceType.only("bios"),
          "direct kernel boot, which needs `kernel`",
          boot -> boot instanceof Boot.Firmware ? Optional.of("bios") : Optional.empty(),
          "The firmware boots from the disks in their order.");

  private static final Key<Boot, Path> KERNEL =
      Key.optional(
          "kernel",
          new PathType(),
          "boot by firmware",
          ofKernel(kernel -> Optional.of(kernel.kernel())),
          "A Linux kernel (bzImage, or ELF with PVH entry) that QEMU loads itself. A relative path"
              + " starts from the directory of the document.");

  private static final Key<Boot, Path> INITRD =
      Key.optional(
          "initrd",
          new PathType(),
          "no initial RAM disk",
          ofKernel(Boot.Kernel::initrd),
          "The kernel's initial RAM disk. Only with `kernel`.");

  private static final Key<Boot, String> COMMAND_LINE =
      Key.optional(
          "cmdline",
          new ProseType("a kernel command line", 0, COMMAND_LINE_LIMIT),
          "an empty command line",
          ofKernel(kernel -> Optional.of(kernel.commandLine()).filter(line -> !line.isEmpty())),
          "The kernel's command line. Only with `kernel`.");

  static final Section<Boot> SECTION =
      new Section<>(
          "what to boot",
          List.of(FIRMWARE, KERNEL, INITRD, COMMAND_LINE),
          BootSection::check,
          BootSection::build,
          BootSection::addChecks);

  private BootSection() {}

  private static <T> Function<Boot, Optional<T>> ofKernel(Function<Boot.Kernel, Optional<T>> part) {
    return boot -> boot instanceof Boot.Kernel kernel ? part.apply(kernel) : Optional.empty();
  }

  private static void check(Values<Boot> values, Place place) {
    boolean firmware = values.isGiven(FIRMWARE);
    boolean kernel = values.isGiven(KERNEL);
    if (firmware && kernel) {
      place
          .key(KERNEL.name())
          .report(
              values.position(KERNEL),
              "'firmware' and 'kernel' exclude each other: remove one of them");
    }
    for (Key<Boot, ?> key : List.of(INITRD, COMMAND_LINE)) {
      if (values.isGiven(key) && !kernel) {
        place
            .key(key.name())
            .report(
                values.position(key),
                "'" + key.name() + "' needs a kernel: add 'kernel: vmlinuz', for example");
      }
    }
    if (!firmware && !kernel && !values.isGiven(INITRD) && !values.isGiven(COMMAND_LINE)) {
      place.report(
          values.position(KERNEL), "nothing to boot: add 'firmware: bios' or 'kernel: vmlinuz'");
    }
  }

  private static Boot build(Values<Boot> values) {
    Optional<Path> kernel = values.find(KERNEL);
    if (kernel.isEmpty()) {
      return new Boot.Firmware();
    }
    return new Boot.Kernel(kernel.get(), values.find(INITRD), values.find(COMMAND_LINE).orElse(""));
  }

  private static void addChecks(ObjectNode schema) {
    ArrayNode either = schema.putArray("oneOf");
    either.addObject().putArray("required").add(FIRMWARE.name());
    either.addObject().putArray("required").add(KERNEL.name());
    ObjectNode dependent = schema.putObject("dependentRequired");
    dependent.putArray(INITRD.name()).add(KERNEL.name());
    dependent.putArray(COMMAND_LINE.name()).add(KERNEL.name());
  }
}
