package dev.berth.screen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pixmaps become PNG; what is none is told so. */
final class ScreenPictureTest {

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 1", "1, 3", "640, 480", "721, 401"})
  void everyPixelIsWhereItWas(int width, int height) throws IOException {
    byte[] pixels = new byte[width * height * 3];
    new Random(7).nextBytes(pixels);

    BufferedImage picture = read(ScreenPicture.png(pixmap(width, height, pixels)));

    assertThat(picture.getWidth()).isEqualTo(width);
    assertThat(picture.getHeight()).isEqualTo(height);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int at = (y * width + x) * 3;
        int expected =
            (pixels[at] & 0xff) << 16 | (pixels[at + 1] & 0xff) << 8 | (pixels[at + 2] & 0xff);
        assertThat(picture.getRGB(x, y) & 0xffffff).isEqualTo(expected);
      }
    }
  }

  @Test
  void aScreenOfOneColourIsSmall() throws IOException {
    byte[] png = ScreenPicture.png(pixmap(1920, 1080, new byte[1920 * 1080 * 3]));

    assertThat(read(png).getWidth()).isEqualTo(1920);
    assertThat(png).hasSizeLessThan(64 << 10);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "P",
        "P5\n1 1\n255\nabc",
        "P6 1 1\n255\nabc",
        "\u0089PNG\r\n",
        "P6\n",
        "P6\n1",
        "P6\n1 \n255\nabc",
        "P6\n-1 1\n255\nabc",
        "P6\n0 1\n255\n",
        "P6\n1 0\n255\n",
        "P6\n1 1\n65535\nabcdef",
        "P6\n99999999999999999999 1\n255\nabc",
        "P6\n999999 1\n255\nabc",
        "P6\n32768 32768\n255\nabc",
        "P6\n# comment\n1 1\n255\nabc",
        "P6\n1 1\n255\nab",
        "P6\n2 2\n255\nabcdefghijk"
      })
  void whatIsNoPixmapIsRefused(String bytes) {
    InputStream source = new ByteArrayInputStream(bytes.getBytes(StandardCharsets.ISO_8859_1));

    assertThatIOException().isThrownBy(() -> ScreenPicture.png(source));
  }

  @Test
  void whatDoesNotFitIntoOneReplyIsRefusedBeforeItsEnd() {
    Random noise = new Random(7);
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return noise.nextInt(256);
          }
        };
    InputStream source = new SequenceInputStream(header(8192, 8192), endless);

    assertThatIOException()
        .isThrownBy(() -> ScreenPicture.png(source))
        .withMessageContaining("more than " + ScreenPicture.LARGEST_BYTES);
  }

  private static InputStream pixmap(int width, int height, byte[] pixels) {
    return new SequenceInputStream(header(width, height), new ByteArrayInputStream(pixels));
  }

  private static InputStream header(int width, int height) {
    var header = new ByteArrayOutputStream();
    header.writeBytes(
        ("P6\n" + width + " " + height + "\n255\n").getBytes(StandardCharsets.US_ASCII));
    return new ByteArrayInputStream(header.toByteArray());
  }

  private static BufferedImage read(byte[] png) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(png));
  }
}
