package dev.berth.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Formats of images that are not supported, by what their files begin with. */
enum ForeignFormat {
  VMDK("VMDK", "KDMV"),
  VMDK_TEXT("VMDK", "# Disk DescriptorFile"),
  VDI("VDI", "<<< "),
  VHDX("VHDX", "vhdxfile"),
  VHD("VHD", "conectix"),
  QED("QED", "QED\0"),
  QCOW("qcow, the one before qcow2", "QFI\u00fb\0\0\0\1"),
  LUKS("LUKS", "LUKS\u00ba\u00be"),
  PARALLELS("Parallels", "WithoutFreeSpace"),
  PARALLELS_NEW("Parallels", "WithouFreSpacExt"),
  BOCHS("Bochs", "Bochs Virtual HD Image"),
  CLOOP("cloop", "#!/bin/sh\n#V2.0 Format\nmodprobe cloop");

  private static final int LONGEST = 64;

  private final String text;
  private final String magic;

  ForeignFormat(String text, String magic) {
    this.text = text;
    this.magic = magic;
  }

  /** The name that people know it by. */
  String text() {
    return text;
  }

  /** The format that a file begins like. Its position stays. */
  static Optional<ForeignFormat> of(FileChannel file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LONGEST);
    while (bytes.hasRemaining() && file.read(bytes, bytes.position()) >= 0) {
      continue;
    }
    String head = StandardCharsets.ISO_8859_1.decode(bytes.flip()).toString();
    for (ForeignFormat format : values()) {
      if (head.startsWith(format.magic)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }
}
