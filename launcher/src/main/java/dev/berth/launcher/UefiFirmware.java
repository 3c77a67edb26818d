package dev.berth.launcher;

import dev.berth.definition.Boot;
import dev.berth.definition.Boot.SecureBoot;
import dev.berth.error.Problem;
import dev.berth.machine.AssemblyStep.FileAccess;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The UEFI firmware of one machine: its code, which all machines share, and the domain's own
 * variables, made from the template at the first launch.
 *
 * @param descriptor the firmware
 * @param variables absolute path of the domain's variables
 */
record UefiFirmware(FirmwareDescriptor descriptor, Path variables) {
  private static final String CODE = "firmware-code";
  private static final String VARIABLES = "firmware-vars";

  /**
   * Finds what a definition wants; empty when it wants no UEFI, or there is none, which is then
   * among the problems.
   *
   * @param directory of the domain's variables; each template has its own, for keys that Secure
   *     Boot knows are variables too
   */
  static Optional<UefiFirmware> resolve(
      Boot boot,
      String machineType,
      FirmwareCatalog catalog,
      Path directory,
      List<Problem> problems) {
    if (!(boot instanceof Boot.Uefi uefi)) {
      return Optional.empty();
    }
    Optional<FirmwareDescriptor> found = catalog.find(machineType, uefi.secureBoot());
    if (found.isEmpty()) {
      problems.add(Problem.at("boot.firmware", missing(machineType, uefi, catalog)));
    }
    return found.map(
        descriptor ->
            new UefiFirmware(
                descriptor, directory.resolve(descriptor.variables().getFileName().toString())));
  }

  private static String missing(String machineType, Boot.Uefi uefi, FirmwareCatalog catalog) {
    boolean secure = uefi.secureBoot() == SecureBoot.ON;
    String remedy =
        secure && !machineType.startsWith("pc-q35-")
            ? "Secure Boot needs 'machine: q35'"
            : "install Debian's package ovmf, or another whose descriptors are in "
                + catalog.places();
    return String.format(
        "there is no UEFI firmware %s for machine type '%s' on this host: %s",
        secure ? "with Secure Boot" : "without Secure Boot", machineType, remedy);
  }

  /** The machine with its flash, where the firmware is. */
  OptionText onto(OptionText machine) {
    OptionText withFlash = machine.with("pflash0", CODE).with("pflash1", VARIABLES);
    return descriptor.requiresSmm() ? withFlash.with("smm", "on") : withFlash;
  }

  /** Adds the contents of the flash. */
  void plan(MachineDraft draft) {
    draft.words(
        "-blockdev",
        ImageNodes.wholeFile(CODE, descriptor.code().toString(), FileAccess.READ_ONLY).toString());
    String variables = "/dev/fdset/" + draft.inherit(this.variables, descriptor.variables());
    draft.words(
        "-blockdev", ImageNodes.wholeFile(VARIABLES, variables, FileAccess.READ_WRITE).toString());
    if (descriptor.requiresSmm()) {
      draft.option(
          "-global",
          OptionText.of("driver", "cfi.pflash01").with("property", "secure").with("value", "on"));
    }
  }
}
