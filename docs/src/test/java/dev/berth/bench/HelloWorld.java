package dev.berth.bench;

/** The least that a JVM can be started for. */
final class HelloWorld {
  private HelloWorld() {}

  public static void main(String[] arguments) {
    System.out.println("hello, world");
  }
}
