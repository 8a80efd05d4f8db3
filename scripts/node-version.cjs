// Preloaded (node -r) before any other script, so a Node too old for the tools says so in one line instead of
// failing on syntax it cannot parse. Plain ES5 on purpose. The ranges are those of vite and knip.
function supported(major, minor) {
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
}

function check(parts) {
  if (!supported(Number(parts[0]), Number(parts[1]))) {
    console.error(
      'Hugemap needs Node 20.19 or newer (of the 22 series, 22.12); this is Node %s.',
      parts.join('.'),
    );
    process.exit(1);
  }
}

check(process.versions.node.split('.'));
