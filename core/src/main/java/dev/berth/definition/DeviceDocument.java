package dev.berth.definition;

import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.Problem;
import java.util.List;

/**
 * One device as a document of its own: what an item of {@code disks}, {@code nics} or {@code
 * shares} is in a definition, or which of the small devices it is.
 */
public final class DeviceDocument {
  private DeviceDocument() {}

  /**
   * The device that the document describes, completed with defaults.
   *
   * @throws InvalidDefinitionException when it describes none, with every problem found
   */
  public static Pluggable read(DeviceKind kind, DefinitionDocument document) {
    return switch (kind) {
      case DISK -> DefinitionReader.read(DiskSection.SECTION, document);
      case NIC -> DefinitionReader.read(NicSection.SECTION, document);
      case SHARE -> DefinitionReader.read(ShareSection.SECTION, document);
      case DEVICE -> DefinitionReader.read(SmallDeviceSection.SECTION, document);
    };
  }

  /** The device as JSON on one line. */
  public static String json(Pluggable device) {
    return switch (device.kind()) {
      case DISK -> DiskSection.SECTION.write((Disk) device).toString();
      case NIC -> NicSection.SECTION.write((Nic) device).toString();
      case SHARE -> ShareSection.SECTION.write((Share) device).toString();
      case DEVICE -> SmallDeviceSection.SECTION.write((SmallDevice) device).toString();
    };
  }

  /** What is wrong with a device, told of the device itself. */
  public static InvalidDefinitionException problems(Pluggable device, List<Problem> problems) {
    return new InvalidDefinitionException(
        device.kind().text() + " '" + device.name() + "'",
        problems.stream()
            .map(
                problem ->
                    Problem.at(
                        problem
                            .path()
                            .replaceFirst("^(disks|nics|shares)\\[\\d+]\\.?", "")
                            .replaceFirst("^(channels|pci-serials).*", "name"),
                        problem.message()))
            .toList());
  }
}
