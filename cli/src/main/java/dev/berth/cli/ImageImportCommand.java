package dev.berth.cli;

import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.ImageOrigin;
import dev.berth.image.ImageRecipe;
import dev.berth.job.Job;
import java.io.IOException;
import java.nio.file.Path;

/** {@code vmctl image import}. */
final class ImageImportCommand implements Command {
  private final Parameter<ImageFormat> sourceFormat;
  private final Parameter<ImageFormat> format;
  private final Parameter<Boolean> compress;
  private final JobWaiting waiting;
  private final Parameter<String> file;
  private final Parameter<String> name;

  ImageImportCommand(Parameters parameters) {
    sourceFormat =
        ImageWords.sourceFormat(
            parameters,
            "How the file is written. Without it the file's beginning decides, which whoever wrote"
                + " it has chosen.");
    format = ImageWords.format(parameters, "How the image is written. Default: as the file is");
    compress = ImageWords.compress(parameters);
    waiting = new JobWaiting(parameters);
    file = parameters.argument("FILE", "The file, on the host.");
    name = parameters.second(ImageWords.LABEL, ImageWords.DESCRIPTION);
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    Path where = session.environment().workingDirectory().resolve(file.value());
    ImageRecipe recipe =
        new ImageRecipe(
            new ImageOrigin.ImportedFile(where, sourceFormat.given()),
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
