package dev.berth.cli;

import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.ImageOrigin;
import dev.berth.image.ImageRecipe;
import dev.berth.job.Job;
import java.io.IOException;

/** {@code vmctl image convert}. */
final class ImageConvertCommand implements Command {
  private final Parameter<ImageFormat> format;
  private final Parameter<Boolean> compress;
  private final JobWaiting waiting;
  private final Parameter<String> source;
  private final Parameter<String> name;

  ImageConvertCommand(Parameters parameters) {
    format =
        ImageWords.format(parameters, "How the new image is written. Default: as the other is");
    compress = ImageWords.compress(parameters);
    waiting = new JobWaiting(parameters);
    source = parameters.argument("SOURCE", "The image that there is.");
    name = parameters.second(ImageWords.LABEL, "The new image.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    ImageRecipe recipe =
        new ImageRecipe(
            new ImageOrigin.CopyOf(ImageName.of(source.value())),
            format.given(),
            ImageWords.compression(compress));
    Job job =
        session
            .host()
            .images()
            .create(ImageName.of(name.value()), recipe, waiting.job(), waiting.call());
    return waiting.finish(session, job);
  }
}
