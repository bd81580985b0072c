/**
 * Attacks on a hub beside a steady innocent load: callers that speak HTTP/2 frame by frame and keep
 * none of its rules, and a connector that lies. Whoever attacks may lose its own connection; the
 * innocent calls must not notice.
 */
@NullMarked
package io.crossdock.drill.hostile;

import org.jspecify.annotations.NullMarked;
