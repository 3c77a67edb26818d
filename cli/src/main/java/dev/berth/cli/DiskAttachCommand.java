package dev.berth.cli;

import dev.berth.host.VmHost;
import java.io.IOException;

/** {@code vmctl disk attach}. */
final class DiskAttachCommand implements Command {
  private final Parameter<String> disk;
  private final Parameter<String> file;
  private final Parameter<String> image;
  private final Parameter<String> format;
  private final Parameter<String> backing;
  private final Parameter<String> bus;
  private final Parameter<String> iothread;
  private final Parameter<Boolean> readOnly;
  private final DeviceItem item;

  DiskAttachCommand(Parameters parameters) {
    disk = parameters.option("--name", "DISK", text -> text, "The disk's name in the domain.");
    file = parameters.option("--file", "FILE", text -> text, "Its image.");
    image =
        parameters.option(
            "--image", "POOL/NAME", text -> text, "Its image, one of a pool of the host.");
    format = parameters.option("--format", "FORMAT", text -> text, "The image's format.");
    backing =
        parameters.option(
            "--backing", "CHOICE", text -> text, "Whether it may stand on others: none, follow.");
    bus = parameters.option("--bus", "BUS", text -> text, "What it is plugged into.");
    iothread =
        parameters.option("--iothread", "IOTHREAD", text -> text, "The iothread that serves it.");
    readOnly = parameters.flag("--read-only", "Keep the guest from writing.");
    item = new DeviceItem(parameters, "disk", "an item of 'disks'");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    item.put("name", disk.given());
    item.put("file", file.given());
    item.put("image", image.given());
    item.put("format", format.given());
    item.put("backing", backing.given());
    item.put("bus", bus.given());
    item.put("iothread", iothread.given());
    if (readOnly.value()) {
      item.put("read-only");
    }
    return item.attach(session, VmHost::attachDisk);
  }
}
