/**
 * What a hub has in a drill beside its usual parts: a service that spends points without their
 * owner, and two consumers that leave traces of every event.
 */
@NullMarked
package io.crossdock.drill.node;

import org.jspecify.annotations.NullMarked;
