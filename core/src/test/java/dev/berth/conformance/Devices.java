package dev.berth.conformance;

import java.util.List;

/** Devices and other objects. */
final class Devices implements Scenario {

  @Override
  public List<String> options() {
    return Scenario.words(
        "-device qemu-xhci,id=usb -device virtio-balloon-pci,id=balloon",
        "-netdev user,id=net -device virtio-net-pci,id=nic,netdev=net -device rocker,name=switch");
  }

  @Override
  public void run(LiveQemu qemu) throws Exception {
    qemu.tell("device_add", "{'driver':'usb-tablet','id':'tablet','bus':'usb.0'}");
    qemu.tell("device_del", "{'id':'tablet'}", "DEVICE_DELETED {'device':'tablet'}");
    qemu.tell("device-list-properties", "{'typename':'virtio-net-pci'}");
    qemu.attempt("device-sync-config", "{'id':'nic'}");
    objects(qemu);
    virtio(qemu);
    for (String query : List.of("query-rocker", "query-rocker-ports")) {
      qemu.tell(query, "{'name':'switch'}");
    }
    qemu.tell("query-rocker-of-dpa-flows", "{'name':'switch'}");
    qemu.tell("query-rocker-of-dpa-groups", "{'name':'switch'}");
  }

  private static void objects(LiveQemu qemu) throws InterruptedException {
    qemu.tell("object-add", "{'qom-type':'iothread','id':'io','poll-max-ns':1000}");
    qemu.tell("query-iothreads");
    qemu.tell("qom-set", "{'path':'/objects/io','property':'poll-max-ns','value':2000}");
    qemu.tell("qom-get", "{'path':'/objects/io','property':'poll-max-ns'}");
    qemu.tell("qom-list", "{'path':'/machine'}");
    qemu.tell("qom-list-get", "{'paths':['/machine/peripheral/nic']}");
    qemu.tell("qom-list-types", "{'implements':'device','abstract':false}");
    qemu.tell("qom-list-properties", "{'typename':'memory-backend-ram'}");
    qemu.tell("object-del", "{'id':'io'}");
    qemu.tell(
        "qom-set",
        "{'path':'/machine/peripheral/balloon','property':"
            + "'guest-stats-polling-interval','value':1}");
  }

  private static void virtio(LiveQemu qemu) throws InterruptedException {
    String path = "'path':'/machine/peripheral/nic/virtio-backend'";
    qemu.tell("x-query-virtio");
    if (!qemu.version().equals("11.1")) { // which dies of it
      qemu.tell("x-query-virtio-status", "{" + path + "}");
    }
    qemu.tell("x-query-virtio-queue-status", "{" + path + ",'queue':0}");
    qemu.attempt("x-query-virtio-queue-element", "{" + path + ",'queue':0,'index':0}");
    qemu.attempt("x-query-virtio-vhost-queue-status", "{" + path + ",'queue':0}");
    for (String query :
        List.of(
            "interrupt-controllers",
            "irq",
            "jit",
            "numa",
            "opcount",
            "profile",
            "ramblock",
            "rdma",
            "roms",
            "usb")) {
      qemu.attempt("x-query-" + query, "{}");
    }
    qemu.tell("x-accel-stats");
  }
}
