package io.walbeam.command;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ctrl-C and SIGTERM: the first asks for an orderly end, a later one leaves at once.
 *
 * <p>A shutdown hook cannot tell the second from the first, hence the JDK's signal class; it is
 * reached by reflection because the compiler forbids naming it, and a JVM without it keeps its
 * default behaviour.
 */
final class TerminationSignals implements Ending {
  /** 128 + SIGINT, what a shell reports of a process that was interrupted. */
  private static final int LEFT_AT_ONCE = 130;

  /**
   * What comes so soon after the first is part of the same asking: a service manager signals a
   * launcher and the program that it started, and the launcher passes it on. Nanoseconds.
   */
  private static final long SAME_ASKING = TimeUnit.SECONDS.toNanos(1);

  /** No reading of the clock. */
  private static final long NEVER = Long.MIN_VALUE;

  /** Runs {@code orderlyEnd} on the first signal, which must return soon; halts on a later one. */
  @Override
  public void onFirst(Runnable orderlyEnd) {
    AtomicLong asked = new AtomicLong(NEVER);
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler onSignal =
          (proxy, method, arguments) -> {
            if (!method.getName().equals("handle")) {
              return method.getName().equals("hashCode") ? 0 : "signal handler";
            }
            // Each signal has a thread of its own.
            long now = System.nanoTime();
            long first = asked.compareAndExchange(NEVER, now);
            if (first == NEVER) {
              orderlyEnd.run();
            } else if (now - first > SAME_ASKING) {
              Runtime.getRuntime().halt(LEFT_AT_ONCE);
            }
            return null;
          };
      Object proxy =
          Proxy.newProxyInstance(
              TerminationSignals.class.getClassLoader(), new Class<?>[] {handler}, onSignal);
      Method handle = signal.getMethod("handle", signal, handler);
      for (String name : List.of("TERM", "INT")) {
        handle.invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
      }
    } catch (ReflectiveOperationException e) {
      // This JVM has no such class: signals end the process as usual, and a restart goes on.
    }
  }

  @Override
  public void leave(int exitCode) {
    Runtime.getRuntime().halt(exitCode);
  }
}
