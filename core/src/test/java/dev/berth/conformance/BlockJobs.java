package dev.berth.conformance;

/**
 * Block jobs: copies, commits, streams; finished, cancelled, paused, failed, and by job commands.
 */
final class BlockJobs implements Scenario {

  @Override
  public void run(LiveQemu qemu) throws Exception {
    Images.qcow2(qemu, "disk", 1 << 20);
    Images.qcow2(qemu, "other", 1 << 20);
    node(qemu, "disk");
    node(qemu, "other");
    mirror(qemu);
    backup(qemu);
    streamAndCommit(qemu);
    images(qemu);
    failure(qemu);
  }

  private static void mirror(LiveQemu qemu) throws InterruptedException {
    qemu.tell(
        "blockdev-mirror",
        "{'job-id':'copy','device':'disk','target':'other','sync':'full','speed':100000000}",
        "BLOCK_JOB_READY {'device':'copy'}");
    qemu.tell("query-block-jobs");
    qemu.tell("query-jobs");
    qemu.tell("block-job-set-speed", "{'device':'copy','speed':0}");
    qemu.tell("block-job-pause", "{'device':'copy'}");
    qemu.tell("block-job-resume", "{'device':'copy'}");
    if (qemu.has("block-job-change")) {
      qemu.await("JOB_STATUS_CHANGE {'id':'copy','status':'ready'}");
    }
    qemu.attempt("block-job-change", "{'id':'copy','type':'mirror','copy-mode':'write-blocking'}");
    qemu.tell("block-job-complete", "{'device':'copy'}", "BLOCK_JOB_COMPLETED {'device':'copy'}");
    qemu.tell(
        "blockdev-mirror",
        "{'job-id':'back','device':'other','target':'disk','sync':'top'}",
        "BLOCK_JOB_READY {'device':'back'}");
    qemu.tell(
        "block-job-cancel",
        "{'device':'back','force':true}",
        "BLOCK_JOB_CANCELLED {'device':'back'}");
  }

  /** By the commands for all jobs, and concluded by hand. */
  private static void backup(LiveQemu qemu) throws InterruptedException {
    qemu.tell(
        "blockdev-backup",
        "{'job-id':'save','device':'other','target':'disk','sync':'full','auto-finalize':false,"
            + "'auto-dismiss':false}",
        "BLOCK_JOB_PENDING {'id':'save'}");
    qemu.tell("job-finalize", "{'id':'save'}", "BLOCK_JOB_COMPLETED {'device':'save'}");
    qemu.tell("job-dismiss", "{'id':'save'}");
    qemu.tell("blockdev-add", "{'driver':'null-co','node-name':'big','size':16777216}");
    qemu.tell("blockdev-add", "{'driver':'null-co','node-name':'bin','size':16777216}");
    qemu.tell(
        "blockdev-backup",
        "{'job-id':'slow','device':'big','target':'bin','sync':'full','speed':1,"
            + "'auto-finalize':false,'auto-dismiss':false}",
        "JOB_STATUS_CHANGE {'id':'slow','status':'running'}");
    qemu.tell("job-pause", "{'id':'slow'}");
    qemu.tell("job-resume", "{'id':'slow'}");
    qemu.tell(
        "block-job-set-speed", "{'device':'slow','speed':0}", "BLOCK_JOB_PENDING {'id':'slow'}");
    qemu.tell(
        "block-job-finalize",
        "{'id':'slow'}",
        "JOB_STATUS_CHANGE {'id':'slow','status':'concluded'}");
    qemu.tell("block-job-dismiss", "{'id':'slow'}");
    qemu.tell(
        "blockdev-mirror",
        "{'job-id':'again','device':'other','target':'disk','sync':'full'}",
        "BLOCK_JOB_READY {'device':'again'}");
    qemu.tell("job-complete", "{'id':'again'}", "JOB_STATUS_CHANGE {'id':'again','status':'null'}");
    qemu.tell(
        "blockdev-mirror",
        "{'job-id':'never','device':'disk','target':'other','sync':'full'}",
        "BLOCK_JOB_READY {'device':'never'}");
    qemu.tell("job-cancel", "{'id':'never'}", "JOB_STATUS_CHANGE {'id':'never','status':'null'}");
  }

  private static void streamAndCommit(LiveQemu qemu) throws Exception {
    Images.qcow2(qemu, "top", 1 << 20);
    qemu.tell(
        "blockdev-add",
        "{'driver':'qcow2','node-name':'top','backing':'disk','file':"
            + "{'driver':'file','filename':'top'}}");
    qemu.write("top");
    qemu.tell(
        "block-commit",
        "{'job-id':'commit','device':'top','top-node':'top','base-node':'disk'}",
        "BLOCK_JOB_READY {'device':'commit','type':'commit'}");
    qemu.tell(
        "block-job-cancel",
        "{'device':'commit'}",
        "JOB_STATUS_CHANGE {'id':'commit','status':'null'}");
    qemu.tell(
        "change-backing-file", "{'device':'top','image-node-name':'top','backing-file':'disk'}");
    qemu.tell(
        "block-stream",
        "{'job-id':'stream','device':'top','on-error':'report'}",
        "BLOCK_JOB_COMPLETED {'device':'stream','type':'stream'}");
    qemu.tell("blockdev-del", "{'node-name':'top'}");
  }

  /** The forms that open images themselves. */
  private static void images(LiveQemu qemu) throws InterruptedException {
    qemu.tell(
        "drive-backup",
        "{'job-id':'d','device':'disk','target':'saved','format':'qcow2','sync':'full'}",
        "BLOCK_JOB_COMPLETED {'device':'d'}",
        "JOB_STATUS_CHANGE {'id':'d','status':'null'}");
    qemu.tell(
        "drive-mirror",
        "{'job-id':'m','device':'disk','target':'copied','format':'raw','sync':'full'}",
        "BLOCK_JOB_READY {'device':'m'}");
    qemu.tell("block-job-cancel", "{'device':'m'}", "JOB_STATUS_CHANGE {'id':'m','status':'null'}");
  }

  private static void failure(LiveQemu qemu) throws InterruptedException {
    qemu.tell(
        "blockdev-add",
        "{'driver':'blkdebug','node-name':'bad','image':{'driver':'null-co','size':1048576},"
            + "'inject-error':[{'event':'none','iotype':'write','errno':28}]}");
    qemu.tell("blockdev-add", "{'driver':'null-co','node-name':'zero','size':1048576}");
    qemu.tell(
        "blockdev-backup",
        "{'job-id':'f','device':'zero','target':'bad','sync':'full'}",
        "BLOCK_JOB_ERROR {'device':'f','operation':'write'}",
        "BLOCK_JOB_COMPLETED {'device':'f'}");
  }

  private static void node(LiveQemu qemu, String name) throws InterruptedException {
    qemu.tell(
        "blockdev-add",
        "{'driver':'qcow2','node-name':'"
            + name
            + "','file':{'driver':'file','filename':'"
            + name
            + "'}}");
  }
}
