package dev.berth.bench;

import java.util.Locale;

/** What figures are given in. */
enum Unit {
  MILLISECONDS("%.1f", " ms"),
  MICROSECONDS("%.1f", " µs"),
  NANOSECONDS("%.0f", " ns"),
  KIBIBYTES("%.1f", " KiB"),
  MEBIBYTES("%.0f", " MiB"),
  THREADS("%.0f", " threads"),
  PER_SECOND("%.0f", "/s"),
  PERCENT("%.1f", " %"),
  COUNT("%.0f", "");

  private final String format;
  private final String suffix;

  Unit(String format, String suffix) {
    this.format = format;
    this.suffix = suffix;
  }

  String text(double value) {
    return number(value) + suffix;
  }

  /** Without the unit. */
  String number(double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
