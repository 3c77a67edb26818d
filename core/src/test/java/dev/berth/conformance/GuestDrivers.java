package dev.berth.conformance;

import java.util.List;

/** The example guest uses its devices, which QEMU tells of. */
final class GuestDrivers implements GuestScenario {

  @Override
  public String memory() {
    return "256,slots=1,maxmem=1G";
  }

  @Override
  public List<String> devices() {
    return Scenario.words(
        "-device virtio-serial-pci -chardev null,id=probe",
        "-device virtserialport,id=probe-port,chardev=probe,name=probe",
        "-netdev user,id=net -device virtio-net-pci,id=nic,netdev=net",
        "-device virtio-balloon-pci -device i6300esb -device pvpanic -no-shutdown");
  }

  @Override
  public void run(LiveQemu qemu, Console console) throws Exception {
    console.type("hwclock -w -u");
    qemu.await("RTC_CHANGE");
    console.type("true >/dev/virtio-ports/probe");
    qemu.await("VSERPORT_CHANGE {'id':'probe-port','open':true}");
    qemu.await("VSERPORT_CHANGE {'id':'probe-port','open':false}");
    qemu.tell("query-rx-filter"); // QEMU tells of one change for each time it is asked
    console.type("ip link set eth0 up; ip link set eth0 promisc on");
    qemu.await("NIC_RX_FILTER_CHANGED {'name':'nic'}");
    qemu.tell("balloon", "{'value':234881024}", "BALLOON_CHANGE");
    qemu.tell("object-add", "{'qom-type':'memory-backend-ram','id':'more','size':134217728}");
    qemu.tell("device_add", "{'driver':'pc-dimm','id':'dimm','memdev':'more'}", "ACPI_DEVICE_OST");
    qemu.tell("query-memory-devices");
    qemu.tell("query-acpi-ospm-status");
    qemu.tell("watchdog-set-action", "{'action':'none'}");
    console.type("watchdog -T 2 -t 60 /dev/watchdog");
    qemu.await("WATCHDOG {'action':'none'}");
    console.type("panic");
    qemu.await("GUEST_PANICKED");
  }
}
