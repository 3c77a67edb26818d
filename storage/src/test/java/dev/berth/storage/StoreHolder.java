package dev.berth.storage;

import dev.berth.error.BerthException;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * A process that opens a store and holds it until its standard input ends. Prints {@code open} and
 * the host's id, or the class and message of the error.
 */
final class StoreHolder {
  private StoreHolder() {}

  public static void main(String[] arguments) throws Exception {
    try (H2Store store = H2Store.open(StoreSettings.at(Path.of(arguments[0])))) {
      System.out.println("open " + store.hostId());
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (BerthException e) {
      System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }
}
