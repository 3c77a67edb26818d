package dev.berth.conformance;

/** Nodes that others may read over NBD. */
final class Exports implements Scenario {

  @Override
  public void run(LiveQemu qemu) throws Exception {
    qemu.tell("blockdev-add", "{'driver':'null-co','node-name':'disk','size':1048576}");
    qemu.tell("nbd-server-start", "{'addr':{'type':'unix','data':{'path':'nbd'}}}");
    qemu.attempt("nbd-server-add", "{'device':'disk','writable':false,'name':'old'}");
    qemu.tell("query-block-exports");
    qemu.attempt("nbd-server-remove", "{'name':'old','mode':'hard'}");
    qemu.tell(
        "block-export-add",
        "{'type':'nbd','id':'new','node-name':'disk','name':'new','writable':true}");
    qemu.tell("query-block-exports");
    qemu.tell(
        "block-export-del", "{'id':'new','mode':'hard'}", "BLOCK_EXPORT_DELETED {'id':'new'}");
    qemu.tell("nbd-server-stop");
  }
}
