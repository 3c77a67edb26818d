package dev.berth.config;

import static dev.berth.testing.Eventually.eventually;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.host.VncPassword;
import dev.berth.testing.TestQemu;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who gets to see a screen, asked as a VNC viewer asks. */
@Tag("once")
@Timeout(120)
final class VncPasswordTest extends HomeFixture {
  private static final DomainRef VM = DomainRef.of("vm");
  private static final String PASSWORD = "s3cr3t!";

  /** Security type 2 of RFB: a challenge, encrypted with the password. */
  private static final byte BY_PASSWORD = 2;

  @Test
  void onlyWhoKnowsThePasswordSeesTheScreen() throws Exception {
    aScreenIsLocked();
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("dev.berth.testing.TestQemu#matrix")
  void eachVersionAsksForThePassword(TestQemu qemu) throws Exception {
    home.set("qemu", qemu.emulator().toString());
    aScreenIsLocked();
  }

  private void aScreenIsLocked() throws Exception {
    try (VmHost host = home.open()) {
      home.define(host, "vm", "memory: 64MiB", "video: vga", "vnc-password: true");
      host.start(VM, StartMode.PAUSED, CallOptions.none());
      assertThat(letsIn("")).isFalse();

      set(host, VncPassword.of(PASSWORD.getBytes(UTF_8)));
      assertThat(letsIn(PASSWORD)).isTrue();
      assertThat(letsIn("another")).isFalse();

      set(host, VncPassword.of("brief".getBytes(UTF_8)).expiringIn(Duration.ZERO));
      eventually(() -> assertThat(letsIn("brief")).isFalse()); // once the second is over
      set(host, VncPassword.of(PASSWORD.getBytes(UTF_8)));
      assertThat(letsIn(PASSWORD)).isTrue();
    }
    noFileHasThePassword();
  }

  private static void set(VmHost host, VncPassword password) {
    host.setVncPassword(VM, password, CallOptions.within(TestHome.PATIENCE));
  }

  private void noFileHasThePassword() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files.filter(Files::isRegularFile))
          .isNotEmpty()
          .allSatisfy(
              file ->
                  assertThat(new String(Files.readAllBytes(file), ISO_8859_1))
                      .as("%s", file)
                      .doesNotContain(PASSWORD));
    }
  }

  /** Whether a viewer with that password is let in. */
  private boolean letsIn(String password) {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
      DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
      byte[] version = in.readNBytes(12);
      assertThat(new String(version, UTF_8)).isEqualTo("RFB 003.008\n");
      channel.write(ByteBuffer.wrap(version));
      byte[] ways = in.readNBytes(in.readUnsignedByte());
      assertThat(ways).containsExactly(BY_PASSWORD);
      channel.write(ByteBuffer.wrap(ways));
      channel.write(ByteBuffer.wrap(encrypted(in.readNBytes(16), password)));
      return in.readInt() == 0;
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError("the screen is not served", e);
    }
  }

  private Path socket() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("run"))) {
      return files.filter(file -> file.endsWith("vnc")).findFirst().orElseThrow();
    }
  }

  /** With the password as a key for DES, whose bytes VNC reads from their other end. */
  private static byte[] encrypted(byte[] challenge, String password)
      throws GeneralSecurityException {
    byte[] key = Arrays.copyOf(password.getBytes(UTF_8), 8);
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (Integer.reverse(key[i]) >>> 24);
    }
    Cipher cipher = Cipher.getInstance("DES/ECB/NoPadding");
    cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "DES"));
    return cipher.doFinal(challenge);
  }
}
