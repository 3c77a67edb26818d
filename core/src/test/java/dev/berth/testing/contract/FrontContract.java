package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.domain.EventTypes;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.Keystrokes;
import dev.berth.host.LogKind;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.host.VncPassword;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** What whoever would sit in front of the machine can do. */
public interface FrontContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void aScreenshotIsAPictureThatEverybodyCanRead() throws IOException {
    webHasAScreen(StartMode.PAUSED);
    long before = rig().host().eventRange().newest();

    byte[] png = rig().host().screenshot(WEB, CallOptions.within(HostRig.PATIENCE));

    BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(picture.getWidth()).isPositive();
    assertThat(picture.getHeight()).isPositive();
    assertThat(rig().state()).isEqualTo(DomainState.PAUSED);
    assertThat(rig().host().eventRange().newest()).isEqualTo(before);
  }

  @Test
  default void whatHasNoScreenIsToldSo() {
    rig().webIs(DomainState.SHUTOFF);
    assertThat(rig().errorOf(host -> host.screenshot(WEB, CallOptions.none())))
        .isEqualTo(InvalidStateException.class);
    rig().start(StartMode.PAUSED);

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> rig().host().screenshot(WEB, CallOptions.none()))
        .withMessageContainingAll("'web'", "video: vga");
    assertThat(rig().errorOf(host -> host.screenshot(NONE, CallOptions.none())))
        .isEqualTo(NotFoundException.class);
  }

  @Test
  default void keysArePressedInAGuestThatRuns() throws Exception {
    rig().webIs(DomainState.RUNNING);
    long before = rig().host().eventRange().newest();

    VerbResult result = press(Keystrokes.of("ctrl-alt-f1", "ret").holding(Duration.ofMillis(1)));

    assertThat(result.effect()).isEqualTo(VerbResult.Effect.CHANGED);
    press(Keystrokes.typing("Hi!"));
    assertThat(rig().toldAfter(before))
        .filteredOn(told -> told.type().equals(EventTypes.KEYS_SENT))
        .containsExactly(
            new HostRig.Told(EventTypes.KEYS_SENT, rig().me(), Map.of("count", "2")),
            new HostRig.Told(EventTypes.KEYS_SENT, rig().me(), Map.of("count", "3")));
  }

  @Test
  default void keysThatCannotBePressedAreToldAndNothingHappens() throws Exception {
    rig().webIs(DomainState.SHUTOFF);
    Keystrokes keys = Keystrokes.of("a");
    assertThat(rig().errorOf(host -> host.sendKeys(WEB, keys, CallOptions.none())))
        .isEqualTo(InvalidStateException.class);
    assertThat(rig().errorOf(host -> host.injectNmi(WEB, CallOptions.none())))
        .isEqualTo(InvalidStateException.class);
    rig().start(StartMode.PAUSED);
    long before = rig().host().eventRange().newest();

    assertThat(rig().errorOf(host -> host.sendKeys(WEB, keys, CallOptions.none())))
        .isEqualTo(InvalidStateException.class);
    assertThat(rig().errorOf(host -> host.sendKeys(NONE, keys, CallOptions.none())))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> host.injectNmi(NONE, CallOptions.none())))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().host().eventRange().newest()).isEqualTo(before);
  }

  @Test
  default void anNmiIsInjectedAndWhoDidItIsTold() throws Exception {
    rig().webIs(DomainState.PAUSED);
    long before = rig().host().eventRange().newest();

    VerbResult result = rig().host().injectNmi(WEB, CallOptions.within(HostRig.PATIENCE));

    assertThat(result.snapshot().status().state()).isEqualTo(DomainState.PAUSED);
    assertThat(rig().toldAfter(before))
        .contains(new HostRig.Told(EventTypes.NMI_INJECTED, rig().me(), Map.of()));
  }

  private VerbResult press(Keystrokes keys) {
    return rig().host().sendKeys(WEB, keys, CallOptions.within(HostRig.PATIENCE));
  }

  @Test
  default void thePasswordOfAScreenIsSetAndIsOnNoRecord() throws Exception {
    rig()
        .define(
            "name: web\nmemory: 64MiB\nvideo: vga\nvnc-password: true\n",
            new DefineCondition.Always());
    rig().start(StartMode.PAUSED);
    long before = rig().host().eventRange().newest();

    VncPassword password = VncPassword.of("s3cr3t".getBytes(StandardCharsets.UTF_8));
    assertThat(
            rig()
                .host()
                .setVncPassword(WEB, password, CallOptions.within(HostRig.PATIENCE))
                .effect())
        .isEqualTo(VerbResult.Effect.CHANGED);
    rig()
        .host()
        .setVncPassword(
            WEB, password.expiringIn(Duration.ofMinutes(10)), CallOptions.within(HostRig.PATIENCE));
    rig()
        .host()
        .setVncPassword(
            WEB,
            password.expiringIn(Duration.ofSeconds(Long.MAX_VALUE)),
            CallOptions.within(HostRig.PATIENCE));

    assertThat(rig().eventsAfter(before))
        .hasSize(3)
        .allMatch(event -> !event.toString().contains("s3cr3t"))
        .allMatch(
            event ->
                event.body() instanceof EventBody.Adjusted adjusted
                    && adjusted.what().equals("vnc-password"));
    assertThat(rig().host().definition(WEB).json()).doesNotContain("s3cr3t");
    assertThat(new String(log(), StandardCharsets.UTF_8)).doesNotContain("s3cr3t");
  }

  private byte[] log() {
    return rig().host().log(WEB, LogKind.QMP, 1 << 20);
  }

  @Test
  default void aScreenThatAsksForNoPasswordGetsNone() {
    VncPassword password = VncPassword.of(new byte[] {'a'});
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> VncPassword.of(new byte[9]))
        .withMessageContaining("8 bytes");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> VncPassword.of(new byte[] {'a', (byte) 0xff}))
        .withMessageContaining("UTF-8");
    rig().webIs(DomainState.SHUTOFF);
    assertThat(rig().errorOf(host -> host.setVncPassword(WEB, password, CallOptions.none())))
        .isEqualTo(InvalidStateException.class);
    webHasAScreen(StartMode.PAUSED);

    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> rig().host().setVncPassword(WEB, password, CallOptions.none()))
        .withMessageContaining("vnc-password: true");
    assertThat(rig().errorOf(host -> host.setVncPassword(NONE, password, CallOptions.none())))
        .isEqualTo(NotFoundException.class);
  }

  private void webHasAScreen(StartMode mode) {
    rig().define("name: web\nmemory: 64MiB\nvideo: vga\n", new DefineCondition.Always());
    rig().start(mode);
  }
}
