package dev.berth.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.host.VmHost;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.MemoryHost;
import dev.berth.tls.TlsFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The certificates that the guide makes with OpenSSL. */
@ExtendWith(LeakCheck.class)
@Tag("once")
final class GuideCertificatesTest {
  private static final Path GUIDE = Path.of("..", "docs", "guide.md");
  private static final String BEGIN = "<!-- certificates -->\n```sh\n";

  @TempDir Path directory;

  @Test
  void theCommandsOfTheGuideMakeAHostAndAClientThatMeet() throws Exception {
    String subject = run(commands().replace("host-a.example", "localhost"));
    TlsFiles host = files("host-a");
    TlsFiles client = files("ops");
    TlsAccess access = new TlsAccess(TlsAccess.Names.parse(subject), TlsAccess.Names.parse(""));

    try (MemoryHost machines = MemoryHost.create();
        TlsServer server =
            new TlsServer(
                    machines::as,
                    new TlsEndpoint("127.0.0.1", 0, host, access),
                    ControlServer.NOT_STOPPABLE)
                .start();
        VmHost reached = VmHost.connect(URI.create("tls://localhost:" + server.port()), client)) {
      assertThat(subject).isEqualTo("CN=ops,O=Example");
      assertThat(reached.list()).isEmpty();
    }
  }

  private static String commands() throws IOException {
    String guide = Files.readString(GUIDE);
    int begin = guide.indexOf(BEGIN) + BEGIN.length();
    return guide.substring(begin, guide.indexOf("```\n<!-- /certificates -->"));
  }

  /** Runs them; what they print last is the client's subject. */
  private String run(String commands) throws IOException, InterruptedException {
    Path script = Files.writeString(directory.resolve("commands"), commands);
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder("sh", "-eu", script.toString())
            .directory(directory.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return Files.readString(output).strip().replaceFirst("(?s).*subject=", "");
  }

  private TlsFiles files(String name) {
    return new TlsFiles(
        directory.resolve("ca.pem"),
        directory.resolve(name + ".pem"),
        directory.resolve(name + "-key.pem"));
  }
}
