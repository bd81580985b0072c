@NullMarked
package io.crossdock.ledger.replay;

import org.jspecify.annotations.NullMarked;
