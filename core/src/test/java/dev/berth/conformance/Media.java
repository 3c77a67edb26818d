package dev.berth.conformance;

import java.util.List;

/** Drives with a tray, and what is put into them; limits of drives. */
final class Media implements Scenario {

  @Override
  public List<String> options() {
    return Scenario.words(
        "-device virtio-scsi-pci,id=scsi -drive if=none,id=old,media=cdrom",
        "-device scsi-cd,id=cd,bus=scsi.0,drive=old");
  }

  @Override
  public void run(LiveQemu qemu) throws Exception {
    Images.raw(qemu, "disc", 1 << 20);
    qemu.tell(
        "blockdev-add",
        "{'driver':'raw','node-name':'disc','read-only':true,'file':"
            + "{'driver':'file','filename':'disc'}}");
    qemu.tell(
        "blockdev-open-tray", "{'id':'cd'}", "DEVICE_TRAY_MOVED {'id':'cd','tray-open':true}");
    qemu.tell("blockdev-insert-medium", "{'id':'cd','node-name':'disc'}");
    qemu.tell(
        "blockdev-close-tray", "{'id':'cd'}", "DEVICE_TRAY_MOVED {'id':'cd','tray-open':false}");
    limits(qemu);
    qemu.tell("blockdev-open-tray", "{'id':'cd','force':true}");
    qemu.tell("blockdev-remove-medium", "{'id':'cd'}");
    qemu.tell(
        "blockdev-change-medium",
        "{'id':'cd','filename':'disc','format':'raw','read-only-mode':'read-only'}");
    qemu.tell("query-block");
    qemu.attempt("block_passwd", "{'device':'old','password':'secret'}");
    qemu.tell("change", "{'device':'old','target':'disc','arg':'raw'}");
    qemu.tell("eject", "{'id':'cd','force':true}");
  }

  private static void limits(LiveQemu qemu) throws InterruptedException {
    qemu.tell(
        "block_set_io_throttle",
        "{'id':'cd','bps':1000000,'bps_rd':0,'bps_wr':0,'iops':100,'iops_rd':0,'iops_wr':0,"
            + "'bps_max':2000000,'iops_max':200,'iops_size':4096,'group':'discs'}");
    qemu.tell(
        "block-latency-histogram-set",
        "{'id':'cd','boundaries':[10,50,100],'boundaries-read':[10,20]}");
    qemu.tell("query-block");
    qemu.tell("query-blockstats");
    qemu.tell(
        "block_set_io_throttle",
        "{'id':'cd','bps':0,'bps_rd':0,'bps_wr':0,'iops':0,'iops_rd':0,'iops_wr':0}");
  }
}
