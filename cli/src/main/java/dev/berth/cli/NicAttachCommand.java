package dev.berth.cli;

import dev.berth.host.VmHost;
import java.io.IOException;

/** {@code vmctl nic attach}. */
final class NicAttachCommand implements Command {
  private final Parameter<String> nic;
  private final Parameter<String> network;
  private final Parameter<String> tap;
  private final Parameter<String> bridge;
  private final Parameter<String> mac;
  private final Parameter<String> vhost;
  private final DeviceItem item;

  NicAttachCommand(Parameters parameters) {
    nic = parameters.option("--name", "NIC", text -> text, "The interface's name in the domain.");
    network =
        parameters.option(
            "--network", "NETWORK", text -> text, "What it is connected to: user, tap or bridge.");
    tap = parameters.option("--tap", "DEVICE", text -> text, "The tap device of 'tap'.");
    bridge = parameters.option("--bridge", "BRIDGE", text -> text, "The bridge of 'bridge'.");
    mac = parameters.option("--mac", "ADDRESS", text -> text, "The MAC address.");
    vhost =
        parameters.option(
            "--vhost", "CHOICE", text -> text, "Whether the kernel carries it: auto, on or off.");
    item = new DeviceItem(parameters, "interface", "an item of 'nics'");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    item.put("name", nic.given());
    item.put("network", network.given());
    item.put("tap", tap.given());
    item.put("bridge", bridge.given());
    item.put("mac", mac.given());
    item.put("vhost", vhost.given());
    return item.attach(session, VmHost::attachNic);
  }
}
