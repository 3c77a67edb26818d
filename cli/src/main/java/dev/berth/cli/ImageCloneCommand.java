package dev.berth.cli;

import dev.berth.image.ImageName;
import dev.berth.image.ImageOrigin;
import dev.berth.image.ImageRecipe;
import dev.berth.job.Job;
import java.io.IOException;

/** {@code vmctl image clone}. */
final class ImageCloneCommand implements Command {
  private final Parameter<Boolean> linked;
  private final JobWaiting waiting;
  private final Parameter<String> source;
  private final Parameter<String> name;

  ImageCloneCommand(Parameters parameters) {
    linked =
        parameters.flag(
            "--linked",
            "Have it stand on the other, which must not change any more, instead of copying that.");
    waiting = new JobWaiting(parameters);
    source = parameters.argument("SOURCE", "The image that there is.");
    name = parameters.second(ImageWords.LABEL, "The new image.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    ImageName from = ImageName.of(source.value());
    ImageOrigin origin =
        linked.value() ? new ImageOrigin.OverlayOf(from) : new ImageOrigin.CopyOf(from);
    ImageRecipe recipe = ImageRecipe.of(origin);
    Job job =
        session
            .host()
            .images()
            .create(ImageName.of(name.value()), recipe, waiting.job(), waiting.call());
    return waiting.finish(session, job);
  }
}
