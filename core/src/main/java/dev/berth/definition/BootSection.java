package dev.berth.definition;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.Boot.SecureBoot;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The keys of {@code boot}: either a firmware or a kernel. */
final class BootSection {
  /** Linux on x86 keeps 2048 bytes of its command line and silently drops the rest. */
  private static final int COMMAND_LINE_LIMIT = 2047;

  /** What {@code firmware} can say. */
  private enum Kind {
    BIOS,
    UEFI
  }

  private static final Key<Boot, Kind> FIRMWARE =
      Key.optional(
          "firmware",
          ChoiceType.of(Kind.class),
          "direct kernel boot, which needs `kernel`",
          BootSection::kind,
          "The firmware boots from the disks in their order. `uefi` needs a firmware package such as"
              + " Debian's ovmf; its variables belong to the domain, and go when it is undefined.");

  private static final Key<Boot, SecureBoot> SECURE_BOOT =
      Key.optional(
          "secure-boot",
          new SwitchType<>(SecureBoot.ON, SecureBoot.OFF),
          "`false`",
          boot ->
              boot instanceof Boot.Uefi uefi ? Optional.of(uefi.secureBoot()) : Optional.empty(),
          "Whether the firmware starts only what is signed by a key that it knows. Only with"
              + " `firmware: uefi`, and a q35 machine. Each setting has variables of its own.");

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
          List.of(FIRMWARE, SECURE_BOOT, KERNEL, INITRD, COMMAND_LINE),
          BootSection::check,
          BootSection::build,
          BootSection::addChecks);

  private BootSection() {}

  private static Optional<Kind> kind(Boot boot) {
    if (boot instanceof Boot.Uefi) {
      return Optional.of(Kind.UEFI);
    }
    return boot instanceof Boot.Firmware ? Optional.of(Kind.BIOS) : Optional.empty();
  }

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
    if (values.isGiven(SECURE_BOOT)
        && (!firmware || values.find(FIRMWARE).equals(Optional.of(Kind.BIOS)))) {
      place
          .key(SECURE_BOOT.name())
          .report(
              values.position(SECURE_BOOT),
              "'secure-boot' needs UEFI: write 'firmware: uefi', or remove the key");
    }
    if (!firmware && !kernel && !values.isGiven(INITRD) && !values.isGiven(COMMAND_LINE)) {
      place.report(
          values.position(KERNEL), "nothing to boot: add 'firmware: bios' or 'kernel: vmlinuz'");
    }
  }

  private static Boot build(Values<Boot> values) {
    Optional<Path> kernel = values.find(KERNEL);
    if (kernel.isEmpty()) {
      return values.find(FIRMWARE).equals(Optional.of(Kind.UEFI))
          ? new Boot.Uefi(values.find(SECURE_BOOT).orElse(SecureBoot.OFF))
          : new Boot.Firmware();
    }
    return new Boot.Kernel(kernel.get(), values.find(INITRD), values.find(COMMAND_LINE).orElse(""));
  }

  private static void addChecks(ObjectNode schema) {
    ArrayNode either = schema.putArray("oneOf");
    either.addObject().putArray("required").add(FIRMWARE.name());
    either.addObject().putArray("required").add(KERNEL.name());
    ObjectNode dependent = schema.putObject("dependentRequired");
    dependent.putArray(SECURE_BOOT.name()).add(FIRMWARE.name());
    dependent.putArray(INITRD.name()).add(KERNEL.name());
    dependent.putArray(COMMAND_LINE.name()).add(KERNEL.name());
    schema.putObject("if").putObject("properties").putObject(FIRMWARE.name()).put("const", "bios");
    schema.putObject("then").putObject("properties").put(SECURE_BOOT.name(), false);
  }
}
