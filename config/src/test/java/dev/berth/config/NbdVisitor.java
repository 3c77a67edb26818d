package dev.berth.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Somebody who connects to where images come in. */
record NbdVisitor(String address, int port) {

  /**
   * What is learned of an image there, or why nothing is.
   *
   * @param key the directory of the key that is shown; without one nothing is encrypted
   */
  String look(String export, Optional<Path> key) throws Exception {
    String image = "driver=nbd,host=" + address + ",port=" + port + ",export=" + export;
    List<String> command =
        key.isEmpty()
            ? List.of("qemu-img", "info", "--image-opts", image)
            : List.of(
                "qemu-img",
                "info",
                "--object",
                "tls-creds-psk,id=key,endpoint=client,username=berth,dir=" + key.get(),
                "--image-opts",
                image + ",tls-creds=key");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }
}
