package dev.berth.cli;

import java.io.IOException;

/** {@code vmctl device attach}. */
final class DeviceAttachCommand implements Command {
  private final Parameter<String> device;
  private final Parameter<String> action;
  private final Parameter<String> cid;
  private final Parameter<String> name;
  private final DeviceItem item;

  DeviceAttachCommand(Parameters parameters) {
    device =
        parameters.option(
            "--device",
            "DEVICE",
            text -> text,
            "rng, balloon, usb, tablet, keyboard, mouse, watchdog, vsock, channel, pci-serial or"
                + " iothread.");
    action =
        parameters.option(
            "--action",
            "ACTION",
            text -> text,
            "What a watchdog does with a guest that neglects it.");
    cid = parameters.option("--cid", "CID", text -> text, "The guest's address of a vsock.");
    name =
        parameters.option(
            "--name",
            "NAME",
            text -> text,
            "A channel's name, such as org.example.chan.0, a serial port's, or an iothread's.");
    item = DeviceItem.withoutResources(parameters, "device", "these options as keys");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    item.put("device", device.given());
    item.put("action", action.given());
    item.putNumber("cid", cid.given());
    item.put("name", name.given());
    return item.attach(
        session,
        (host, domain, document, scope, resources, options) ->
            host.attachDevice(domain, document, scope, options));
  }
}
