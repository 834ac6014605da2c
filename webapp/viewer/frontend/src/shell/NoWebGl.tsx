/** Shown instead of a picture that would be drawn wrongly. */
export function NoWebGl() {
  return (
    <main className="no-picture" role="alert">
      <h1>This browser cannot show radiographs</h1>
      <p>
        Sightline draws images with WebGL 2, which is switched off or missing here. Without it the picture would be
        wrong, so nothing is shown.
      </p>
      <ul>
        <li>Switch on hardware acceleration in the browser’s settings and restart it.</li>
        <li>Or use a current Firefox, Chrome, Edge or Safari on a workstation with its graphics driver installed.</li>
      </ul>
      <p className="research" data-testid="research-banner">
        Research use only — not for diagnosis
      </p>
    </main>
  );
}
