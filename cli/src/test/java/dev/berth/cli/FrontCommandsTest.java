package dev.berth.cli;

import static dev.berth.testing.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.berth.cli.Shell.Outcome;
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
import dev.berth.host.DomainRef;
import dev.berth.testing.MemoryHost;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody in front of the machine sees and does. */
final class FrontCommandsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final DomainRef A = DomainRef.of("a");

  private final MemoryHost host = MemoryHost.create();
  private final Shell shell = Shell.with(host);

  @TempDir private Path directory;

  @BeforeEach
  void aDomainWithAScreen() {
    Shell.with(host).typing("{name: a, memory: 64MiB, video: vga}").run("define", "-");
    shell.run("start", "a");
  }

  @Test
  void aScreenshotIsAFileHereThatReplacesTheLastOne() throws IOException {
    Path file = Files.writeString(directory.resolve("a.png"), "the last one");

    assertThat(shell.run("screenshot", "a", file.toString())).isEqualTo(new Outcome(0, "", ""));

    assertThat(ImageIO.read(file.toFile()).getWidth()).isEqualTo(720);
    assertThat(directory.toFile().list()).containsExactly("a.png");
  }

  @Test
  void aScreenshotGoesToAPipeAndNotToATerminal() throws IOException {
    ByteArrayOutputStream pipe = new ByteArrayOutputStream();
    assertThat(Shell.with(host).writingTo(pipe).run("screenshot", "a", "-").exitCode()).isZero();
    assertThat(pipe.toByteArray()).startsWith(0x89, 'P', 'N', 'G');

    Outcome onATerminal = Shell.with(host).onATerminal().run("screenshot", "a", "-");
    assertThat(onATerminal.exitCode()).isEqualTo(2);
    assertThat(onATerminal.out()).isEmpty();
  }

  @Test
  void aScreenshotThatCannotBeIsToldAndLeavesTheFile() throws IOException {
    Path file = Files.writeString(directory.resolve("b.png"), "the last one");
    Shell.with(host).typing("{name: b, memory: 64MiB}").run("define", "-");
    shell.run("start", "b");

    Outcome blind = shell.run("screenshot", "b", file.toString());

    assertThat(blind.exitCode()).isEqualTo(6);
    assertThat(blind.err()).contains("video: vga");
    assertThat(file).hasContent("the last one");
    assertThat(shell.run("screenshot", "none", file.toString()).exitCode()).isEqualTo(4);
    assertThat(shell.run("screenshot", "a", directory.toString()).exitCode()).isEqualTo(2);
    assertThat(shell.run("screenshot", "a", directory + "/none/a.png").exitCode()).isEqualTo(2);
    assertThat(shell.run("screenshot", "a").exitCode()).isEqualTo(2);
  }

  @Test
  void keysArePressed() {
    assertThat(shell.run("send-key", "a", "ctrl-alt-delete", "ret", "--hold=1ms"))
        .isEqualTo(new Outcome(0, "a: keystrokes sent: 2\n", ""));
    assertThat(host.pressed(A)).containsExactly("ctrl-alt-delete", "ret");
  }

  @Test
  void textIsTypedFromTheCommandLineAndFromStandardInput() {
    assertThat(shell.run("type", "a", "Hi", "--enter").exitCode()).isZero();
    Outcome secret = Shell.with(host).typing("pw\n").run("type", "a", "-");

    assertThat(secret).isEqualTo(new Outcome(0, "a: keystrokes sent: 3\n", ""));
    assertThat(host.pressed(A)).containsExactly("shift-h", "i", "ret", "p", "w", "ret");
  }

  @Test
  void keysThatThereAreNotAreNamedAndNothingIsPressed() {
    for (String[] wrong :
        new String[][] {
          {"send-key", "a", "ret", "ctrl-alt-del"},
          {"type", "a", "für"},
          {"type", "a", ""},
          {"send-key", "a", "ret", "--hold=0s"},
          {"send-key", "a", "ret", "--hold=1h"}
        }) {
      assertThat(shell.run(wrong).exitCode()).as(String.join(" ", wrong)).isEqualTo(17);
    }
    assertThat(shell.run("type", "a", "für").err()).contains("character 2, 'ü' (U+00FC)");
    assertThat(shell.run("send-key", "a", "ctrl-alt-del").err()).contains("there is no key 'del'");
    assertThat(shell.run("send-key", "a").exitCode()).isEqualTo(2);
    assertThat(Shell.with(host).typing("x".repeat(5000)).run("type", "a", "-").exitCode())
        .isEqualTo(17);
    assertThat(host.pressed(A)).isEmpty();
    shell.run("pause", "a");
    assertThat(shell.run("send-key", "a", "ret").exitCode()).isEqualTo(6);
  }

  @Test
  void aSecondWriterIsToldOfTheFirstAndMayReadOrTakeOver() {
    try (Console first = host.console(A)) {
      Outcome refused = shell.run("console", "a");
      assertThat(refused.exitCode()).isEqualTo(7);
      assertThat(refused.err()).contains("api");
      assertThat(shell.run("console", "a", "--read-only", "--take-over").exitCode()).isEqualTo(2);
      CompletableFuture<Outcome> reading =
          CompletableFuture.supplyAsync(
              () -> Shell.with(host).typing("ignored").run("console", "a", "--read-only"));
      CompletableFuture<Outcome> taking =
          CompletableFuture.supplyAsync(
              () -> Shell.with(host).typing("typed").run("console", "a", "--take-over"));

      eventually(() -> assertThat(host.typed(A)).isEqualTo("typed"));
      host.destroy(A, Duration.ZERO, CallOptions.none());

      assertThat(reading).succeedsWithin(PATIENCE).extracting(Outcome::exitCode).isEqualTo(0);
      assertThat(taking).succeedsWithin(PATIENCE).extracting(Outcome::exitCode).isEqualTo(0);
      assertThatIOException().isThrownBy(() -> first.output().write('x'));
    }
  }

  @Test
  void anNmiIsInjected() {
    assertThat(shell.run("nmi", "a").exitCode()).isZero();
    shell.run("destroy", "a");
    assertThat(shell.run("nmi", "a").exitCode()).isEqualTo(6);
  }

  @Test
  void aVncPasswordComesByAFileOrAPipeAndNoOtherWay() throws IOException {
    Shell.with(host)
        .typing("{name: v, memory: 64MiB, video: vga, vnc-password: true}")
        .run("define", "-");
    shell.run("start", "v");
    Path file = Files.writeString(directory.resolve("password"), "s3cr3t\n");

    assertThat(shell.run("vnc", "password", "v", "--file", file.toString(), "--expires=10m"))
        .isEqualTo(new Outcome(0, "v: the VNC password is set\n", ""));
    assertThat(Shell.with(host).typing("12345678\n").run("vnc", "password", "v").exitCode())
        .isZero();

    Outcome tooLong = Shell.with(host).typing("123456789\n").run("vnc", "password", "v");
    assertThat(tooLong.exitCode()).isNotZero();
    assertThat(tooLong.err()).contains("8 bytes").doesNotContain("123456789");
    assertThat(Shell.with(host).typing("abc\ndef\n").run("vnc", "password", "v").err())
        .contains("one line")
        .doesNotContain("abc");
    assertThat(Shell.with(host).typingOnATerminal().run("vnc", "password", "v").exitCode())
        .isEqualTo(2);
    assertThat(Shell.with(host).typing("x").run("vnc", "password", "a").err())
        .contains("vnc-password: true");
    assertThat(shell.run("vnc", "password", "v", "--file", directory + "/none").exitCode())
        .isNotZero();
  }
}
