package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.Keystrokes;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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

  private void webHasAScreen(StartMode mode) {
    rig().define("name: web\nmemory: 64MiB\nvideo: vga\n", new DefineCondition.Always());
    rig().start(mode);
  }
}
