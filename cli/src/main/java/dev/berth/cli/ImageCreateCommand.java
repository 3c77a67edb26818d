package dev.berth.cli;

import dev.berth.image.ImageFormat;
import dev.berth.image.ImageName;
import dev.berth.image.ImageOrigin;
import dev.berth.image.ImageOrigin.Preallocation;
import dev.berth.image.ImageRecipe;
import dev.berth.job.Job;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** {@code vmctl image create}. */
final class ImageCreateCommand implements Command {
  private static final List<String> PREALLOCATIONS =
      Arrays.stream(Preallocation.values()).map(ImageCreateCommand::text).toList();

  private final Parameter<ImageFormat> format;
  private final Parameter<String> preallocation;
  private final JobWaiting waiting;
  private final Parameter<String> name;
  private final Parameter<String> size;

  ImageCreateCommand(Parameters parameters) {
    format = ImageWords.format(parameters, "How it is written. Default: qcow2");
    preallocation =
        parameters.option(
            "--preallocation",
            "WORD",
            text -> text,
            PREALLOCATIONS,
            "What is taken from the disk at once: "
                + String.join(", ", PREALLOCATIONS)
                + ". Default: off");
    waiting = new JobWaiting(parameters);
    name = parameters.argument(ImageWords.LABEL, ImageWords.DESCRIPTION);
    size = parameters.second("SIZE", "What a guest sees of it, such as 20GiB.");
  }

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    ImageRecipe recipe =
        ImageRecipe.of(new ImageOrigin.Empty(CommandName.size(size.value()), preallocation()))
            .as(format.given().orElse(ImageFormat.QCOW2));
    Job job =
        session
            .host()
            .images()
            .create(ImageName.of(name.value()), recipe, waiting.job(), waiting.call());
    return waiting.finish(session, job);
  }

  private Preallocation preallocation() {
    String word = preallocation.given().orElse(text(Preallocation.OFF));
    return Arrays.stream(Preallocation.values())
        .filter(each -> text(each).equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "--preallocation is one of " + String.join(", ", PREALLOCATIONS) + "."));
  }

  private static String text(Preallocation preallocation) {
    return preallocation.name().toLowerCase(Locale.ROOT);
  }
}
