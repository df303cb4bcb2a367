package io.walbeam.command;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ctrl-C and SIGTERM: the first asks for an orderly end, the second leaves at once.
 *
 * <p>A shutdown hook cannot tell the second from the first, hence the JDK's signal class; it is
 * reached by reflection because the compiler forbids naming it, and a JVM without it keeps its
 * default behaviour.
 */
final class TerminationSignals implements Ending {
  /** 128 + SIGINT, what a shell reports of a process that was interrupted. */
  private static final int LEFT_AT_ONCE = 130;

  /** Runs {@code orderlyEnd} on the first signal, which must return soon; halts on the second. */
  @Override
  public void onFirst(Runnable orderlyEnd) {
    AtomicBoolean asked = new AtomicBoolean();
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler onSignal =
          (proxy, method, arguments) -> {
            if (!method.getName().equals("handle")) {
              return method.getName().equals("hashCode") ? 0 : "signal handler";
            }
            if (asked.getAndSet(true)) {
              Runtime.getRuntime().halt(LEFT_AT_ONCE);
            }
            orderlyEnd.run();
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
