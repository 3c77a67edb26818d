package dev.berth.conformance;

/** Dirty bitmaps, alone and in transactions. */
final class DirtyBitmaps implements Scenario {

  @Override
  public void run(LiveQemu qemu) throws Exception {
    Images.qcow2(qemu, "disk", 1 << 20);
    qemu.tell(
        "blockdev-add",
        "{'driver':'qcow2','node-name':'disk','file':{'driver':'file','filename':'disk'}}");
    qemu.tell(
        "block-dirty-bitmap-add",
        "{'node':'disk','name':'a','granularity':65536,'persistent':true,'disabled':false}");
    qemu.tell("block-dirty-bitmap-add", "{'node':'disk','name':'b','persistent':false}");
    qemu.write("disk");
    qemu.tell("x-debug-block-dirty-bitmap-sha256", "{'node':'disk','name':'a'}");
    qemu.tell("block-dirty-bitmap-disable", "{'node':'disk','name':'a'}");
    qemu.tell("query-named-block-nodes");
    qemu.tell("query-block");
    qemu.tell("block-dirty-bitmap-enable", "{'node':'disk','name':'a'}");
    qemu.tell("block-dirty-bitmap-merge", "{'node':'disk','target':'b','bitmaps':['a']}");
    qemu.tell(
        "block-dirty-bitmap-merge",
        "{'node':'disk','target':'b','bitmaps':[{'node':'disk','name':'a'}]}");
    qemu.tell("block-dirty-bitmap-clear", "{'node':'disk','name':'b'}");
    qemu.tell(
        "transaction",
        "{'actions':[{'type':'block-dirty-bitmap-add','data':{'node':'disk','name':'c'}},"
            + "{'type':'block-dirty-bitmap-disable','data':{'node':'disk','name':'a'}},"
            + "{'type':'block-dirty-bitmap-clear','data':{'node':'disk','name':'a'}}]}");
    qemu.tell("block-dirty-bitmap-remove", "{'node':'disk','name':'c'}");
  }
}
