package dev.berth.cli;

import dev.berth.image.ImageFormat;
import dev.berth.image.ImageRecipe.Compression;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.TypeConversionException;

/** What commands about images say with the same words. */
final class ImageWords {
  static final String LABEL = "POOL/NAME";
  static final String DESCRIPTION = "The image, such as fast/web.qcow2.";

  private static final List<String> FORMATS =
      Arrays.stream(ImageFormat.values()).map(ImageFormat::text).toList();

  private ImageWords() {}

  static Parameter<ImageFormat> format(Parameters parameters, String description) {
    return parameters.option("--format", "FORMAT", ImageWords::format, FORMATS, description);
  }

  static Parameter<ImageFormat> sourceFormat(Parameters parameters, String description) {
    return parameters.option("--source-format", "FORMAT", ImageWords::format, FORMATS, description);
  }

  static Parameter<Boolean> compress(Parameters parameters) {
    return parameters.flag("--compress", "Compress what is copied; only in qcow2.");
  }

  static Compression compression(Parameter<Boolean> compress) {
    return compress.value() ? Compression.ZLIB : Compression.NONE;
  }

  private static ImageFormat format(String word) {
    return ImageFormat.of(word)
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "'" + word + "' is none of " + String.join(", ", FORMATS)));
  }
}
