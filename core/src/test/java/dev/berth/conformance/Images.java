package dev.berth.conformance;

import java.io.IOException;
import java.io.RandomAccessFile;

/** Makes images in a QEMU's directory: the bytes by hand, the format by QEMU itself. */
final class Images {
  private Images() {}

  /** An empty one of that many bytes. */
  static void raw(LiveQemu qemu, String name, long bytes) throws IOException {
    try (var image = new RandomAccessFile(qemu.directory().resolve(name).toFile(), "rw")) {
      image.setLength(bytes);
    }
  }

  /** An empty qcow2 image of that size. */
  static void qcow2(LiveQemu qemu, String name, long bytes)
      throws IOException, InterruptedException {
    raw(qemu, name, 0);
    qemu.tell("blockdev-add", "{'driver':'file','node-name':'made','filename':'" + name + "'}");
    qemu.tell(
        "blockdev-create",
        "{'job-id':'make','options':{'driver':'qcow2','file':'made','size':" + bytes + "}}",
        "JOB_STATUS_CHANGE {'id':'make','status':'concluded'}");
    qemu.tell("job-dismiss", "{'id':'make'}", "JOB_STATUS_CHANGE {'id':'make','status':'null'}");
    qemu.tell("blockdev-del", "{'node-name':'made'}");
  }

  /** Has the first table of a qcow2 image point into its header. */
  static void breakTable(LiveQemu qemu, String name) throws IOException {
    try (var image = new RandomAccessFile(qemu.directory().resolve(name).toFile(), "rw")) {
      image.seek(40); // where the header says where the table is
      long table = image.readLong();
      image.seek(table);
      image.writeLong(1L << 63 | 512);
    }
  }
}
