"""Philox4x32-10 from the paper's text (Salmon et al. 2011), and the draws that lib/base/rng.h makes of it."""

MASK = 0xFFFFFFFF


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


class Draws:
    """lib/base/rng.h: a position for (seed, stream 6, epoch, sample); 64 bits are two words, the lower first."""

    def __init__(self, seed, epoch, sample):
        self.key, self.at, self.block, self.words = (seed & MASK, seed >> 32), [sample, epoch, 6], 0, []

    def word(self):
        if not self.words:
            self.words = philox([self.block] + self.at, self.key)
            self.block += 1
        return self.words.pop(0)

    def below(self, n):
        while True:
            low = self.word()
            x = self.word() << 32 | low
            if x >= 2**64 % n:
                return x % n
