/** The loyalty platform: point accounts with lots, holds and entries. */
@NullMarked
package io.crossdock.estate.loyalty;

import org.jspecify.annotations.NullMarked;
