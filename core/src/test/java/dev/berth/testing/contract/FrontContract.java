package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.DomainState;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.StartMode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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

  private void webHasAScreen(StartMode mode) {
    rig().define("name: web\nmemory: 64MiB\nvideo: vga\n", new DefineCondition.Always());
    rig().start(mode);
  }
}
