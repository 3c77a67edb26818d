package dev.berth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes qcow2 images of 8 MiB that a secret opens. */
final class EncryptedImage {
  private static final int MOST_ATTEMPTS = 20;

  private EncryptedImage() {}

  /** Makes one; qemu-img measures how fast it is, for seconds, and gives up on a busy CPU. */
  static void create(Path image, String secret) throws IOException, InterruptedException {
    Path passphrase = image.resolveSibling(image.getFileName() + ".passphrase");
    Files.write(passphrase, secret.getBytes(StandardCharsets.UTF_8));
    List<String> command =
        List.of(
            "qemu-img",
            "create",
            "-q",
            "--object",
            "secret,id=key,file=" + passphrase,
            "-f",
            "qcow2",
            "-o",
            "encrypt.format=luks,encrypt.key-secret=key,encrypt.iter-time=10",
            image.toString(),
            "8M");
    int exit = 1;
    for (int attempt = 0; exit != 0 && attempt < MOST_ATTEMPTS; attempt++) {
      exit = new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    }
    Files.delete(passphrase);
    assertThat(exit).isZero();
  }
}
