package dev.berth.conformance;

import java.util.List;

/** Snapshots of disks, inside images and outside, and of the whole machine. */
final class Snapshots implements Scenario {

  @Override
  public List<String> options() {
    return Scenario.words(
        "-device virtio-scsi-pci,id=scsi -drive if=none,id=drive,driver=null-co,size=1M");
  }

  @Override
  public void run(LiveQemu qemu) throws Exception {
    Images.qcow2(qemu, "disk", 8 << 20);
    Images.qcow2(qemu, "top", 8 << 20);
    qemu.tell(
        "blockdev-add",
        "{'driver':'qcow2','node-name':'disk','file':{'driver':'file','filename':'disk'}}");
    qemu.tell("device_add", "{'driver':'scsi-hd','id':'d','bus':'scsi.0','drive':'disk'}");
    qemu.tell("blockdev-snapshot-internal-sync", "{'device':'disk','name':'inside'}");
    qemu.tell("query-named-block-nodes");
    qemu.tell("query-block");
    qemu.tell("blockdev-snapshot-delete-internal-sync", "{'device':'disk','name':'inside'}");
    wholeMachine(qemu);
    qemu.tell(
        "blockdev-add",
        "{'driver':'qcow2','node-name':'top','backing':null,'file':"
            + "{'driver':'file','filename':'top'}}");
    qemu.tell("blockdev-snapshot", "{'node':'disk','overlay':'top'}");
    qemu.tell(
        "blockdev-snapshot-sync",
        "{'node-name':'top','snapshot-file':'newer','snapshot-node-name':'newer',"
            + "'format':'qcow2','mode':'absolute-paths'}");
    qemu.tell(
        "transaction",
        "{'actions':[{'type':'blockdev-snapshot-sync','data':{'node-name':'newer',"
            + "'snapshot-file':'newest','snapshot-node-name':'newest','format':'qcow2'}}]}");
    qemu.tell("query-named-block-nodes");
  }

  private static void wholeMachine(LiveQemu qemu) throws InterruptedException {
    String what = "'tag':'all','devices':['disk']";
    job(qemu, "snapshot-save", "{'job-id':'save','vmstate':'disk'," + what + "}", "save");
    qemu.tell("query-block");
    job(qemu, "snapshot-load", "{'job-id':'load','vmstate':'disk'," + what + "}", "load");
    job(qemu, "snapshot-delete", "{'job-id':'delete'," + what + "}", "delete");
  }

  private static void job(LiveQemu qemu, String command, String arguments, String id)
      throws InterruptedException {
    if (qemu.tell(command, arguments, "JOB_STATUS_CHANGE {'id':'" + id + "','status':'concluded'}")
        .isPresent()) {
      qemu.tell("query-jobs");
      qemu.tell("job-dismiss", "{'id':'" + id + "'}");
    }
  }
}
