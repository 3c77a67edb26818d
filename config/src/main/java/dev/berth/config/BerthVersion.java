package dev.berth.config;

/** Which Berth this is. */
public final class BerthVersion {
  /** The version of this build. */
  public static final String TEXT = text();

  private BerthVersion() {}

  private static String text() {
    String fromManifest = BerthVersion.class.getPackage().getImplementationVersion();
    return fromManifest == null ? "development" : fromManifest;
  }
}
