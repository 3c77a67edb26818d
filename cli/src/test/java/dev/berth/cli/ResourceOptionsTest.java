package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.Shell.Outcome;
import dev.berth.testing.LeakCheck;
import dev.berth.testing.MemoryHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code --fd} and {@code --secret}. */
@ExtendWith(LeakCheck.class)
final class ResourceOptionsTest {
  private static final String DEFINITION =
      "{name: web, disks: [{name: root, fd: root-fd, format: qcow2, secret: key}]}";

  @TempDir Path directory;

  private final MemoryHost host = MemoryHost.create();
  private Path image;

  @BeforeEach
  void define() throws IOException {
    image = Files.createFile(directory.resolve("image"));
    shell().typing(DEFINITION).run("define", "-");
  }

  private Shell shell() {
    return Shell.with(host);
  }

  @Test
  void aStartGivesWhatTheDefinitionNames() throws Exception {
    Path secret = Files.writeString(directory.resolve("key"), "open sesame");

    assertThat(
            shell()
                .run("start", "web", "--fd", "root-fd=" + image, "--secret", "key=file:" + secret))
        .isEqualTo(new Outcome(0, "web: running (booted)\n", ""));
  }

  @Test
  void upGivesItToo() throws Exception {
    Outcome outcome =
        shell()
            .typing(DEFINITION)
            .set("DISK_KEY", "open sesame")
            .run(
                "up",
                "-",
                "--lines",
                "0",
                "--fd",
                "root-fd=" + image,
                "--secret",
                "key=env:DISK_KEY");

    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("web: running (booted)");
  }

  @Test
  void whatIsMissingIsNamedWithAnExitCodeOfItsOwn() {
    Outcome outcome = shell().run("start", "web");

    assertThat(outcome.exitCode()).isEqualTo(19);
    assertThat(outcome.err()).contains("file descriptor 'root-fd' and secret 'key'");
  }

  @Test
  void whatTheDefinitionDoesNotNameIsRefused() {
    Outcome outcome = shell().run("start", "web", "--fd", "other=" + image);

    assertThat(outcome.exitCode()).isEqualTo(17);
    assertThat(outcome.err()).contains("file descriptor 'other'");
  }

  @Test
  void aFileThatIsNotThereIsNotMade() {
    Path missing = directory.resolve("missing");

    Outcome outcome = shell().run("start", "web", "--fd", "root-fd=" + missing);

    assertThat(outcome.exitCode()).isEqualTo(17);
    assertThat(outcome.err()).contains("Cannot open " + missing + ": there is no such file");
    assertThat(missing).doesNotExist();
  }

  @Test
  void aSecretOnTheCommandLineIsRefusedAndNotRepeated() {
    Outcome outcome = shell().run("start", "web", "--secret", "key=sesame");

    assertThat(outcome.exitCode()).isEqualTo(2);
    assertThat(outcome.err()).contains("file:PATH or env:VARIABLE").doesNotContain("sesame");
  }

  @Test
  void whatCannotBeReadIsNamed() {
    assertThat(shell().run("start", "web", "--secret", "key=env:NOT_SET").err())
        .contains("there is no environment variable 'NOT_SET'");
    assertThat(shell().run("start", "web", "--secret", "key=file:/no/such").err())
        .contains("Cannot read /no/such");
    assertThat(shell().run("start", "web", "--fd", "root-fd").exitCode()).isEqualTo(2);
    assertThat(shell().run("start", "web", "--fd", "a=" + image, "--fd", "a=" + image).err())
        .contains("'a' is given twice");
  }
}
