package dev.berth.conformance;

import java.io.RandomAccessFile;
import java.util.List;

/** Character devices, and descriptors that are passed to QEMU. */
final class Chardevs implements Scenario {

  @Override
  public List<String> options() {
    return Scenario.words(
        "-chardev ringbuf,id=port,size=4096 -device isa-serial,chardev=port,id=s");
  }

  @Override
  public void run(LiveQemu qemu) throws Exception {
    qemu.tell("chardev-add", "{'id':'ring','backend':{'type':'ringbuf','data':{'size':4096}}}");
    qemu.tell("ringbuf-write", "{'device':'ring','data':'aGVsbG8=','format':'base64'}");
    qemu.tell("ringbuf-read", "{'device':'ring','size':5,'format':'utf8'}");
    qemu.tell("chardev-remove", "{'id':'ring'}");
    qemu.tell("chardev-change", "{'id':'port','backend':{'type':'null','data':{}}}");
    qemu.attempt("chardev-send-break", "{'id':'port'}");
    qemu.tell(
        "chardev-add",
        "{'id':'server','backend':{'type':'socket','data':{'server':true,'wait':false,"
            + "'addr':{'type':'unix','data':{'path':'server'}}}}}");
    qemu.tell(
        "chardev-add",
        "{'id':'client','backend':{'type':'socket','data':{'server':false,"
            + "'addr':{'type':'unix','data':{'path':'server'}}}}}");
    qemu.tell("chardev-add", "{'id':'pty','backend':{'type':'pty','data':{}}}");
    qemu.tell("chardev-add", "{'id':'file','backend':{'type':'file','data':{'out':'log'}}}");
    qemu.tell("query-chardev");
    qemu.tell("query-yank");
    qemu.tell("yank", "{'instances':[{'type':'chardev','id':'client'}]}");
    descriptors(qemu);
  }

  private static void descriptors(LiveQemu qemu) throws Exception {
    Images.raw(qemu, "disk", 1 << 20);
    try (var file = new RandomAccessFile(qemu.directory().resolve("disk").toFile(), "rw")) {
      qemu.tell(file.getFD(), "add-fd", "{'fdset-id':7,'opaque':'disk'}");
      qemu.tell("query-fdsets");
      qemu.tell(file.getFD(), "getfd", "{'fdname':'disk'}");
    }
    qemu.tell("closefd", "{'fdname':'disk'}");
    qemu.tell("remove-fd", "{'fdset-id':7}");
  }
}
