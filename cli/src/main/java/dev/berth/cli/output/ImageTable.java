package dev.berth.cli.output;

import dev.berth.domain.ByteSize;
import dev.berth.image.Image;
import dev.berth.image.ImageFormat;
import dev.berth.image.Pool;
import java.util.List;
import java.util.Optional;

/** Pools and images for people, and as rows for programs that read lines. */
public final class ImageTable {
  private ImageTable() {}

  /** How a size is written. */
  private interface Sizes {
    String text(ByteSize size);
  }

  /** A row for each image. */
  public static String rows(List<Image> images) {
    return table(images, ImageTable::forPeople).withoutEmptyColumns().lines();
  }

  /** The same as comma-separated values, sizes in bytes. */
  public static String csv(List<Image> images) {
    return table(images, size -> Long.toString(size.bytes())).csv();
  }

  private static Table table(List<Image> images, Sizes sizes) {
    Table table = new Table("NAME", "FORMAT", "SIZE", "ALLOCATED", "STANDS-ON", "PROBLEM");
    for (Image image : images) {
      table.row(
          Table.cell(image.name().text()),
          Table.cell(image.format().map(ImageFormat::text).orElse("")),
          Table.cell(image.size().map(sizes::text).orElse("")),
          Table.cell(sizes.text(image.allocated())),
          Table.cell(Printable.line(image.standsOn().orElse(""))),
          Table.cell(Printable.line(image.problem().orElse(""))));
    }
    return table;
  }

  /** A row for each pool. */
  public static String poolRows(List<Pool> pools) {
    return poolTable(pools, ImageTable::forPeople).withoutEmptyColumns().lines();
  }

  /** The same as comma-separated values, sizes in bytes. */
  public static String poolCsv(List<Pool> pools) {
    return poolTable(pools, size -> Long.toString(size.bytes())).csv();
  }

  private static Table poolTable(List<Pool> pools, Sizes sizes) {
    Table table = new Table("NAME", "IMAGES", "ALLOCATED", "FREE", "DIRECTORY", "PROBLEM");
    for (Pool pool : pools) {
      Optional<Pool.Space> space = pool.space();
      table.row(
          Table.cell(pool.name().text()),
          Table.cell(Integer.toString(pool.images())),
          Table.cell(space.map(it -> sizes.text(it.images())).orElse("")),
          Table.cell(space.map(it -> sizes.text(it.free())).orElse("")),
          Table.cell(Printable.line(pool.directory().toString())),
          Table.cell(Printable.line(pool.problem().orElse(""))));
    }
    return table;
  }

  private static String forPeople(ByteSize size) {
    return JobProgress.bytes(size.bytes());
  }
}
