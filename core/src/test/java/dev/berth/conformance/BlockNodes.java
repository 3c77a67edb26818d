package dev.berth.conformance;

import java.util.List;

/** Nodes of the block graph: made, changed, written to by hand, and removed. */
final class BlockNodes implements Scenario {

  @Override
  public List<String> options() {
    return Scenario.words("-object iothread,id=io");
  }

  @Override
  public void run(LiveQemu qemu) throws Exception {
    Images.qcow2(qemu, "disk", 1 << 20);
    qemu.tell(
        "blockdev-add",
        "{'driver':'qcow2','node-name':'disk','discard':'unmap','file':{'driver':'file',"
            + "'node-name':'file','filename':'disk','locking':'on'}}");
    qemu.tell("block_resize", "{'node-name':'disk','size':2097152}");
    qemu.tell("x-debug-query-block-graph");
    qemu.tell("block-set-write-threshold", "{'node-name':'file','write-threshold':4096}");
    qemu.write("disk", "BLOCK_WRITE_THRESHOLD {'node-name':'file'}");
    reopen(qemu);
    if (qemu.has("blockdev-set-active")) {
      qemu.tell("blockdev-set-active", "{'node-name':'disk','active':false}");
    }
    qemu.attempt("blockdev-set-active", "{'node-name':'disk','active':true}");
    qemu.tell("blockdev-del", "{'node-name':'disk'}");
    quorum(qemu);
    corruption(qemu);
  }

  private static void reopen(LiveQemu qemu) throws InterruptedException {
    String options =
        "{'driver':'qcow2','node-name':'disk','file':'file','read-only':false,'discard':'ignore'}";
    qemu.tell("x-blockdev-reopen", options);
    qemu.tell("blockdev-reopen", "{'options':[" + options + "]}");
  }

  /** A disk that is three, one of which cannot be written. */
  private static void quorum(LiveQemu qemu) throws Exception {
    for (String name : new String[] {"one", "two", "three"}) {
      Images.raw(qemu, name, 1 << 20);
    }
    qemu.tell("blockdev-add", file("one"));
    qemu.tell("blockdev-add", file("two"));
    qemu.tell(
        "blockdev-add",
        "{'driver':'blkdebug','node-name':'three','image':{'driver':'file','filename':'three'},"
            + "'inject-error':[{'event':'none','iotype':'write','errno':5}]}");
    qemu.tell(
        "blockdev-add",
        "{'driver':'quorum','node-name':'vote','children':['one','two','three'],'vote-threshold':2}");
    qemu.write("vote", "QUORUM_REPORT_BAD {'node-name':'three'}");
    qemu.tell("blockdev-add", "{'driver':'null-co','node-name':'four','size':1048576}");
    qemu.tell("x-blockdev-change", "{'parent':'vote','node':'four'}");
    qemu.tell("x-blockdev-change", "{'parent':'vote','child':'children.0'}");
    qemu.tell("x-blockdev-set-iothread", "{'node-name':'one','iothread':'io'}");
    qemu.tell("x-blockdev-set-iothread", "{'node-name':'one','iothread':null}");
    qemu.tell("blockdev-del", "{'node-name':'vote'}");
    broken(qemu);
  }

  /** Of three disks two cannot be written, which is one too many. */
  private static void broken(LiveQemu qemu) throws InterruptedException {
    for (String name : new String[] {"bad-one", "bad-two"}) {
      qemu.tell(
          "blockdev-add",
          "{'driver':'blkdebug','node-name':'"
              + name
              + "','image':{'driver':'null-co','size':1048576},"
              + "'inject-error':[{'event':'none','iotype':'write','errno':5}]}");
    }
    qemu.tell(
        "blockdev-add",
        "{'driver':'quorum','node-name':'lost','children':['two','bad-one','bad-two'],"
            + "'vote-threshold':2}");
    qemu.write("lost", "QUORUM_FAILURE {'reference':'lost'}");
  }

  /** A qcow2 image whose first table points into its own header. */
  private static void corruption(LiveQemu qemu) throws Exception {
    Images.qcow2(qemu, "corrupt", 1 << 20);
    Images.breakTable(qemu, "corrupt");
    qemu.tell(
        "blockdev-add",
        "{'driver':'qcow2','node-name':'corrupt','file':{'driver':'file','filename':'corrupt'}}");
    qemu.write("corrupt", "BLOCK_IMAGE_CORRUPTED {'node-name':'corrupt'}");
  }

  private static String file(String name) {
    return "{'driver':'file','node-name':'" + name + "','filename':'" + name + "'}";
  }
}
