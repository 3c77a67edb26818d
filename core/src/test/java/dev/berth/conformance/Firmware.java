package dev.berth.conformance;

import java.util.List;

/** A machine whose firmware finds that its disk cannot be read. */
final class Firmware implements Scenario {

  @Override
  public List<String> options() {
    return Scenario.words("-device virtio-scsi-pci,id=scsi");
  }

  @Override
  public void run(LiveQemu qemu) throws Exception {
    qemu.tell(
        "blockdev-add",
        "{'driver':'blkdebug','node-name':'bad','image':{'driver':'null-co','size':1048576},"
            + "'inject-error':[{'event':'none','iotype':'read','errno':5}]}");
    qemu.tell(
        "device_add",
        "{'driver':'scsi-hd','id':'disk','bus':'scsi.0','drive':'bad','bootindex':1,"
            + "'rerror':'stop','werror':'stop'}");
    qemu.tell("system_reset", "{}", "RESET");
    qemu.tell("cont", "{}", "BLOCK_IO_ERROR {'node-name':'bad','action':'stop'}", "STOP");
    qemu.tell("query-status");
    qemu.tell("query-block");
  }
}
