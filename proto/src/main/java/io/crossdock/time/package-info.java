/** Times and durations of protobuf as those of Java. */
@NullMarked
package io.crossdock.time;

import org.jspecify.annotations.NullMarked;
